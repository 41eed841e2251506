//! A plugin that panics many times costs the host little time, and a bounded number of log lines.

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
fn assert_lines(lines: &[String], parts: &[&str]) {
    assert_eq!(lines.len(), parts.len(), "{lines:#?}");
    for (line, part) in lines.iter().zip(parts) {
        assert!(line.contains(part), "no {part:?} in {line}");
    }
}

/// Returns a host with a flow update callback that panics, and the number of its calls.
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
fn a_flow_callback_that_panics_a_hundred_times_is_not_called_for_a_second() {
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
fn calls_that_are_left_out_until_the_end_are_counted_in_the_last_line() {
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
fn each_host_counts_panics_from_zero() {
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
fn thread_init_callbacks_and_drops_always_run_and_log_eleven_of_150_panics() {
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
    for (boundary, message) in [
        ("thread init callback", "init"),
        ("drop of a stored value", "drop"),
    ] {
        let lines: Vec<_> = errors(&host);
        let lines: Vec<_> = lines
            .iter()
            .filter(|line| line.contains(boundary))
            .collect();
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
fn the_tenth_line_says_that_most_later_ones_are_left_out() {
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
fn a_long_panic_message_is_cut_before_the_place_and_the_count() {
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
fn calls_without_thread_vars_log_a_bounded_number_of_lines() {
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

/// Runs the named test again in a child process, and returns the child's standard error.
fn stderr_of(test: &str, backtrace: &str) -> String {
    let mut again = Command::new(std::env::current_exe().unwrap());
    let again = again
        .args(["--exact", test, "--nocapture"])
        .env("FLOOD", "1");
    let output = again.env("RUST_BACKTRACE", backtrace).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn is_child() -> bool {
    std::env::var_os("FLOOD").is_some()
}

/// Calls the host's flow update callbacks 90 times.
fn flood(host: Host) {
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    for _ in 0..90 {
        worker.flow_update(&flow);
    }
}

#[test]
fn the_standard_hook_prints_ten_panics_or_one_backtrace() {
    if is_child() {
        flood(panicking().0);
        return;
    }
    for (backtrace, panics, backtraces) in [("0", 10, 0), ("1", 1, 1), ("full", 1, 1)] {
        let printed = stderr_of(
            "the_standard_hook_prints_ten_panics_or_one_backtrace",
            backtrace,
        );
        let found = ["panicked at", "stack backtrace:"].map(|text| printed.matches(text).count());
        assert_eq!(found, [panics, backtraces], "{printed}");
    }
}

#[test]
fn the_standard_hook_does_not_print_the_whole_of_a_long_message() {
    let name = "the_standard_hook_does_not_print_the_whole_of_a_long_message";
    if !is_child() {
        let printed = stderr_of(name, "1");
        let place = format!("panicked at {}:", file!());
        assert!(printed.contains(&place), "{printed}");
        assert!(printed.len() < 64 << 10, "{} bytes", printed.len());
        return;
    }
    let host =
        host(|| flow::register_update_callback(|_, _, _| panic!("{}", "x\n".repeat(20_000))));
    host.expect_errors(11, "panicked");
    flood(host);
}

/// A value whose drop panics and catches the panic.
struct CatchesItsOwn;

impl Drop for CatchesItsOwn {
    fn drop(&mut self) {
        let _ = std::panic::catch_unwind(|| panic!("caught"));
    }
}

#[test]
fn a_panic_that_is_caught_during_unwinding_does_not_hide_the_outer_one() {
    let name = "a_panic_that_is_caught_during_unwinding_does_not_hide_the_outer_one";
    if !is_child() {
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
    flood(host);
}

#[test]
fn a_panic_hook_that_the_plugin_sets_always_runs() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    if !is_child() {
        stderr_of("a_panic_hook_that_the_plugin_sets_always_runs", "1");
        return;
    }
    std::panic::set_hook(Box::new(|_| {
        CALLS.fetch_add(1, SeqCst);
    }));
    flood(panicking().0);
    assert_eq!(CALLS.load(SeqCst), 90);
}

#[test]
fn all_panics_that_the_plugin_catches_are_printed() {
    if !is_child() {
        let printed = stderr_of("all_panics_that_the_plugin_catches_are_printed", "0");
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
