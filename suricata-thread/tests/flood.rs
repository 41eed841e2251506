//! A plugin that panics again and again costs the host a bounded number of lines, and little time.

mod common;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::sleep;
use std::time::Duration;

use common::host;
use suricata_thread::{self as thread, ThreadStorage, flow, sys};
use suricata_thread_mock::{Host, ThreadKind};

fn errors(host: &Host) -> Vec<String> {
    let lines = host.log().into_iter();
    let errors = lines.filter(|line| line.level == sys::common::SCLogLevel::SC_LOG_ERROR);
    errors.map(|line| line.message).collect()
}

#[track_caller]
fn assert_lines(lines: &[String], ends: &[&str]) {
    assert_eq!(lines.len(), ends.len(), "{lines:#?}");
    for (line, part) in lines.iter().zip(ends) {
        assert!(line.contains(part), "no {part:?} in {line}");
    }
}

/// A host whose flow update callback panics and counts how often it is called.
fn panicking() -> (Host, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let host = host(move || {
        flow::register_update_callback(move |_, _, _| {
            count.fetch_add(1, SeqCst);
            panic!("flood");
        })
    });
    host.expect_errors(1.., "flood::panicking");
    (host, calls)
}

#[test]
fn a_flow_callback_that_panics_for_each_packet_is_not_called_for_a_second_and_then_again() {
    let (host, calls) = panicking();
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    for _ in 0..1000 {
        worker.flow_update(&flow);
    }
    assert_eq!(calls.load(SeqCst), 100);
    let mut expected = vec!["panicked: flood (at "; 10];
    expected.push("panicked: flood (at");
    expected.push("is not called for 1 s: it panicked 100 times within a second");
    let lines = errors(&host);
    assert_lines(&lines, &expected);
    assert!(lines[10].ends_with("(100 times by now)"), "{}", lines[10]);

    sleep(Duration::from_millis(1100));
    worker.flow_update(&flow);
    assert_eq!(calls.load(SeqCst), 101);
    for _ in 0..1000 {
        worker.flow_update(&flow);
    }
    assert_eq!(calls.load(SeqCst), 200);
    host.shutdown();
    let ends = [
        "is called again: 900 calls were left out",
        "is not called for 2 s: it panicked 100 times within a second",
        "has panicked 200 times by now; 901 calls were left out",
    ];
    assert_lines(&errors(&host)[12..], &ends);
}

#[test]
fn the_calls_that_were_left_out_until_the_end_are_counted_there() {
    let (host, _) = panicking();
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    for _ in 0..1000 {
        worker.flow_update(&flow);
    }
    host.shutdown();
    let end = "has panicked 100 times by now; 900 calls were left out";
    assert_lines(&errors(&host)[12..], &[end]);
}

#[test]
fn another_host_begins_at_zero() {
    for _ in 0..2 {
        let (host, calls) = panicking();
        host.finalize();
        let worker = host.spawn("W#01", ThreadKind::Worker);
        let flow = host.flow();
        for _ in 0..20 {
            worker.flow_update(&flow);
        }
        assert_eq!(calls.load(SeqCst), 20);
        assert_eq!(errors(&host).len(), 10);
        host.shutdown();
        assert_lines(
            &errors(&host)[10..],
            &["has panicked 20 times by now; 0 calls were left out"],
        );
    }
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("drop");
    }
}

#[test]
fn thread_init_callbacks_and_drops_always_run_in_eleven_lines_for_a_hundred_panics() {
    let host = host(|| {
        let slot = ThreadStorage::register("panics")?;
        thread::register_init_callback(move |tv| {
            slot.get_or_insert_with(tv, || PanicsInDrop).unwrap();
            panic!("init");
        })
    });
    host.expect_errors(11, "panicked: init");
    host.expect_errors(11, "panicked: drop");
    host.finalize();
    for number in 0..150 {
        host.spawn(&format!("W#{number:03}"), ThreadKind::Worker);
    }
    host.shutdown();
    for (what, message) in [
        ("thread init callback", "init"),
        ("drop of a stored value", "drop"),
    ] {
        let lines: Vec<_> = errors(&host);
        let lines: Vec<_> = lines.iter().filter(|line| line.contains(what)).collect();
        assert_eq!(lines.len(), 11, "{lines:#?}");
        assert!(
            lines[0].contains(&format!("panicked: {message} (at ")),
            "{}",
            lines[0]
        );
        assert!(lines[10].ends_with("(100 times by now)"), "{}", lines[10]);
    }
}

#[test]
fn the_last_line_in_full_says_that_lines_are_left_out_from_now_on() {
    let (host, _) = panicking();
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    for _ in 0..10 {
        worker.flow_update(&flow);
    }
    let lines = errors(&host);
    assert!(
        lines[9].ends_with("(from now on, only the 100th, the 1000th … are logged)"),
        "{lines:#?}"
    );
}

#[test]
fn a_long_message_does_not_push_out_the_place_and_the_count() {
    let host = host(|| flow::register_update_callback(|_, _, _| panic!("{}", "x".repeat(20_000))));
    host.expect_errors(1.., "flow update callback");
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    for _ in 0..100 {
        worker.flow_update(&flow);
    }
    let lines = errors(&host);
    let line = &lines[10];
    assert!(
        line.contains(&format!("bytes more) (at {}:", file!())),
        "{line}"
    );
    assert!(line.ends_with("(100 times by now)"), "{line}");
}

#[test]
fn a_call_without_thread_vars_is_an_error_in_a_bounded_number_of_lines() {
    let host = host(|| flow::register_init_callback(|_, _, _| {}));
    host.expect_errors(11, "no ThreadVars");
    host.finalize();
    for _ in 0..150 {
        host.flow_init_without_thread(&host.flow());
    }
    let lines = errors(&host);
    assert_eq!(lines.len(), 11, "{lines:#?}");
    assert!(lines[10].ends_with("(100 times by now)"), "{}", lines[10]);
}

/// Runs the test of this name in a process of its own, and returns what that writes to the standard error.
fn stderr_of(test: &str, backtrace: &str) -> String {
    let mut again = Command::new(std::env::current_exe().unwrap());
    let again = again
        .args(["--exact", test, "--nocapture"])
        .env("FLOOD", "1");
    let output = again.env("RUST_BACKTRACE", backtrace).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn flood() -> bool {
    if std::env::var_os("FLOOD").is_none() {
        return false;
    }
    let (host, _) = panicking();
    flood_in(host)
}

fn flood_in(host: Host) -> bool {
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    for _ in 0..90 {
        worker.flow_update(&flow);
    }
    true
}

#[test]
fn the_standard_hook_does_not_repeat_itself() {
    if !flood() {
        for (backtrace, in_full, backtraces) in [("0", 10, 0), ("1", 1, 1), ("full", 1, 1)] {
            let printed = stderr_of("the_standard_hook_does_not_repeat_itself", backtrace);
            assert_eq!(printed.matches("panicked at").count(), in_full, "{printed}");
            assert_eq!(
                printed.matches("stack backtrace:").count(),
                backtraces,
                "{printed}"
            );
        }
    }
}

#[test]
fn the_standard_hook_does_not_write_a_long_message_out() {
    let name = "the_standard_hook_does_not_write_a_long_message_out";
    if std::env::var_os("FLOOD").is_none() {
        let printed = stderr_of(name, "1");
        let place = format!("panicked at {}:", file!());
        assert!(printed.contains(&place), "{printed}");
        assert!(printed.len() < 64 << 10, "{} bytes", printed.len());
        return;
    }
    let host =
        host(|| flow::register_update_callback(|_, _, _| panic!("{}", "x\n".repeat(20_000))));
    host.expect_errors(11, "panicked");
    flood_in(host);
}

/// Panics when it is dropped, and catches that.
struct CatchesItsOwn;

impl Drop for CatchesItsOwn {
    fn drop(&mut self) {
        let _ = std::panic::catch_unwind(|| panic!("caught"));
    }
}

#[test]
fn a_panic_that_is_caught_while_another_unwinds_does_not_hide_that_one() {
    let name = "a_panic_that_is_caught_while_another_unwinds_does_not_hide_that_one";
    if std::env::var_os("FLOOD").is_none() {
        let printed = stderr_of(name, "0");
        assert_eq!(printed.matches("\nflood").count(), 10, "{printed}");
        return;
    }
    let host = host(|| {
        flow::register_update_callback(|_, _, _| {
            let _guard = CatchesItsOwn;
            panic!("flood");
        })
    });
    host.expect_errors(11, "panicked");
    flood_in(host);
}

#[test]
fn a_hook_of_the_plugins_own_always_runs() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    if std::env::var_os("FLOOD").is_some() {
        std::panic::set_hook(Box::new(|_| {
            CALLS.fetch_add(1, SeqCst);
        }));
    }
    if flood() {
        assert_eq!(CALLS.load(SeqCst), 90);
    } else {
        stderr_of("a_hook_of_the_plugins_own_always_runs", "1");
    }
}

#[test]
fn panics_that_the_plugin_catches_are_printed_all() {
    if std::env::var_os("FLOOD").is_none() {
        let printed = stderr_of("panics_that_the_plugin_catches_are_printed_all", "0");
        assert_eq!(printed.matches("caught").count(), 50, "{printed}");
        return;
    }
    let host = host(|| {
        flow::register_update_callback(|_, _, _| {
            let _ = std::panic::catch_unwind(|| panic!("caught"));
        })
    });
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    for _ in 0..50 {
        worker.flow_update(&flow);
    }
}
