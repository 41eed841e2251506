//! The log macros, and the lines that reach the host.

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use suricata_thread::sys::common::SCLogLevel;
use suricata_thread::{
    self as thread, SCLogConfig, SCLogDebug, SCLogError, SCLogInfo, SCLogNotice, SCLogPerf,
    SCLogWarning, ThreadStorage, flow, log, log_limited, plugin,
};
use suricata_thread_mock::{Host, LogLine, ThreadKind};

/// Returns a host that has run a plugin's init on this thread, so the library takes the thread for one of the host's.
fn host(level: SCLogLevel) -> Host {
    let host = Host::builder().log_level(level).build();
    plugin::load_in_mock("tested", || Ok::<_, &str>(())).unwrap();
    host
}

#[test]
fn each_macro_logs_at_its_level() {
    let host = host(SCLogLevel::SC_LOG_DEBUG);
    host.expect_error("1");
    SCLogError!("1");
    SCLogWarning!("2");
    SCLogNotice!("3");
    SCLogInfo!("4");
    SCLogPerf!("5");
    SCLogConfig!("6");
    SCLogDebug!("7");
    let logged = host.log();
    let logged: Vec<_> = logged
        .iter()
        .map(|line| (line.level.0, line.message.as_str()))
        .collect();
    let expected = [
        (1, "1"),
        (2, "2"),
        (3, "3"),
        (4, "4"),
        (5, "5"),
        (6, "6"),
        (7, "7"),
    ];
    assert_eq!(logged, expected);
}

#[test]
fn a_message_is_formatted_and_carries_file_line_function_and_module() {
    mod inner {
        pub fn logs(n: u8) -> u32 {
            suricata_thread::SCLogNotice!("{n} and {:?}", "text");
            line!() - 1
        }
    }
    let host = host(SCLogLevel::SC_LOG_NOTICE);
    let line = inner::logs(7);
    let logged = host.log();
    assert_eq!(logged[0].message, "7 and \"text\"");
    assert!(
        logged[0].file.ends_with("tests/log.rs"),
        "{}",
        logged[0].file
    );
    assert_eq!(logged[0].line, line);
    assert!(
        logged[0].function.ends_with("::logs"),
        "{}",
        logged[0].function
    );
    assert!(logged[0].module.starts_with("log"), "{}", logged[0].module);
}

#[test]
fn a_message_below_the_hosts_level_is_not_formatted() {
    struct Counts(Cell<u32>);
    impl fmt::Display for Counts {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(self.0.get() + 1);
            f.write_str("formatted")
        }
    }
    let host = host(SCLogLevel::SC_LOG_NOTICE);
    let counts = Counts(Cell::new(0));
    let evaluated = Cell::new(false);
    SCLogInfo!("{counts} {:?}", evaluated.set(true));
    assert_eq!((counts.0.get(), evaluated.get()), (0, false));
    SCLogNotice!("{counts}");
    assert_eq!(counts.0.get(), 1);
    assert_eq!(host.log().len(), 1);
}

#[test]
fn enabled_compares_with_the_hosts_level() {
    let _host = host(SCLogLevel::SC_LOG_INFO);
    assert!(log::enabled(log::Level::Error));
    assert!(log::enabled(log::Level::Info));
    assert!(!log::enabled(log::Level::Perf));
}

#[test]
fn a_nul_does_not_end_a_message() {
    let host = host(SCLogLevel::SC_LOG_NOTICE);
    SCLogNotice!("before\0after");
    assert_eq!(host.log()[0].message, "before\\0after");
}

#[test]
fn characters_that_could_reverse_or_forge_a_line_are_escaped() {
    let host = host(SCLogLevel::SC_LOG_NOTICE);
    SCLogNotice!("a\nNotice: b\r\u{1b}[2K\u{7f}\u{85}\u{2028}\u{202e}c\u{2066}\td ü 🦀");
    let expected = "a\\nNotice: b\\r\\u{1b}[2K\\u{7f}\\u{85}\\u{2028}\\u{202e}c\\u{2066}\td ü 🦀";
    assert_eq!(host.log()[0].message, expected);
}

#[test]
fn a_long_message_is_cut_at_a_character_and_says_how_much_is_missing() {
    let host = host(SCLogLevel::SC_LOG_NOTICE);
    // Each character with its number of bytes in JSON.
    for (text, length) in [("x", 1), ("\"", 2), ("ü", 6), ("🦀", 12)] {
        let whole = text.repeat(20_000);
        SCLogNotice!("{whole}");
        let message = host.log().pop().unwrap().message;
        let (kept, note) = message.split_once(" … (").unwrap();
        assert!(whole.starts_with(kept));
        assert_eq!(note, format!("{} bytes more)", whole.len() - kept.len()));
        let as_json = kept.chars().count() * length;
        assert!((11_000..12_000).contains(&as_json), "{as_json}");
    }
    // An escape stays whole. The missing bytes are those of the text before it was escaped.
    let whole = "\u{202e}".repeat(20_000);
    SCLogNotice!("{whole}");
    let message = host.log().pop().unwrap().message;
    let (kept, note) = message.split_once(" … (").unwrap();
    let shown = kept.matches("\\u{202e}").count();
    assert_eq!(kept, "\\u{202e}".repeat(shown));
    assert_eq!(note, format!("{} bytes more)", whole.len() - 3 * shown));
    let fits = "x".repeat(11_000);
    SCLogNotice!("{fits}");
    assert_eq!(host.log().pop().unwrap().message, fits);
}

#[test]
fn the_part_of_a_message_that_is_cut_off_takes_no_time() {
    let host = host(SCLogLevel::SC_LOG_NOTICE);
    let text = "\u{202e}".repeat(20_000_000);
    let start = Instant::now();
    for _ in 0..10 {
        SCLogNotice!("{text}");
    }
    // To look at each character would take minutes.
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(host.log().len(), 10);
}

#[test]
fn a_limited_line_is_logged_ten_times_and_then_at_each_power_of_ten() {
    let host = host(SCLogLevel::SC_LOG_NOTICE);
    for packet in 1..=2_500 {
        log_limited!(Notice, "packet {packet}");
    }
    let log: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
    let mut expected: Vec<_> = (1..=10).map(|packet| format!("packet {packet}")).collect();
    expected.push("100 times by now: packet 100".to_owned());
    expected.push("1000 times by now: packet 1000".to_owned());
    assert_eq!(log, expected);
}

#[test]
fn an_argument_that_cannot_be_formatted_cuts_the_message_short() {
    struct Fails;
    impl fmt::Display for Fails {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }
    let host = host(SCLogLevel::SC_LOG_NOTICE);
    SCLogNotice!("before {Fails} after");
    let expected = "before  (cut short: an argument's Display returned an error)";
    assert_eq!(host.log()[0].message, expected);
}

#[test]
fn a_worker_logs_to_the_host_from_its_first_callback_on() {
    let host = Host::new();
    let init = || {
        flow::register_init_callback(|_, _, _| SCLogNotice!("init"))?;
        flow::register_update_callback(|_, _, _| SCLogNotice!("update"))?;
        flow::register_finish_callback(|_, _| SCLogNotice!("finish"))
    };
    plugin::load_in_mock("tested", init).unwrap();
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    recycler.flow_finish(flow);
    let log = host.log();
    let log: Vec<_> = log
        .iter()
        .map(|line| (line.message.as_str(), line.thread.as_str()))
        .collect();
    assert_eq!(
        log,
        [("init", "W#01"), ("update", "W#01"), ("finish", "FR#01")]
    );
}

#[test]
fn a_refused_callback_of_the_crates_own_is_logged_with_the_consequence() {
    for refused in [1, 2] {
        let host = Host::new();
        host.expect_error("some log lines will go to stderr");
        host.refuse_callback(refused);
        plugin::load_in_mock("tested", || Ok::<_, &str>(())).unwrap();
        let messages: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
        let expected = "plugin tested: some log lines will go to stderr: the host refused";
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].starts_with(expected), "{messages:?}");
    }
}

/// The unix manager of Suricata's unix-socket mode creates threads and takes them down, and is not the main thread.
#[test]
fn another_thread_that_creates_threads_or_takes_them_down_logs_to_the_host() {
    struct LogsInDrop;
    impl Drop for LogsInDrop {
        fn drop(&mut self) {
            SCLogNotice!("drop");
        }
    }
    let host = Host::new();
    let init = || {
        let slot = ThreadStorage::register("slot")?;
        thread::register_init_callback(move |tv| {
            SCLogNotice!("thread init");
            slot.get_or_insert_with(tv, || LogsInDrop)
                .map(drop)
                .unwrap();
        })
    };
    plugin::load_in_mock("tested", init).unwrap();
    host.finalize();
    let messages = || -> Vec<_> { host.log().into_iter().map(|line| line.message).collect() };
    std::thread::scope(|scope| {
        let creates = scope.spawn(|| drop(host.spawn("W#01", ThreadKind::Worker)));
        creates.join().unwrap();
        assert_eq!(messages(), ["thread init"]);
        let takes_down = scope.spawn(|| host.shutdown());
        takes_down.join().unwrap();
        assert_eq!(messages(), ["thread init", "drop"]);
    });
}

/// The worker begins no flow, so the library does not know yet that it is one of the host's threads.
#[test]
fn an_error_of_the_crate_goes_to_the_host_from_any_worker() {
    let host = Host::new();
    let init = || flow::register_update_callback(|_, _, _| panic!("in update"));
    plugin::load_in_mock("tested", init).unwrap();
    host.expect_error("in update");
    host.expect_error("no ThreadVars");
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    worker.flow_update(&host.flow());
    std::thread::scope(|scope| {
        let without = scope.spawn(|| {
            let _entered = host.enter();
            host.flow_update_without_thread(&host.flow());
        });
        without.join().unwrap();
    });
    let log = host.log();
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(log[0].message.contains("panicked: in update"), "{log:?}");
    assert!(
        log[1]
            .message
            .contains("not run: the host passed no ThreadVars"),
        "{log:?}"
    );
    // A place in the crate would say nothing to the plugin's author.
    let place = |line: &LogLine| (line.file.clone(), line.line, line.function.clone());
    assert!(
        log.iter().all(|line| place(line) == Default::default()),
        "{log:?}"
    );
}

/// Suricata frees its log at its end without waiting for threads that it does not know.
#[test]
fn a_thread_that_the_plugin_starts_logs_to_stderr_and_not_to_the_host() {
    const NAME: &str = "a_thread_that_the_plugin_starts_logs_to_stderr_and_not_to_the_host";
    const IN_CHILD: &str = "SURICATA_THREAD_TEST_CHILD";
    if std::env::var_os(IN_CHILD).is_some() {
        let host = host(SCLogLevel::SC_LOG_NOTICE);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _entered = host.enter();
                SCLogNotice!("from a thread\0of its own\nError: \u{1b}[2K\u{202e}");
                SCLogInfo!("below the host's level");
            });
        });
        SCLogNotice!("from init's thread");
        assert_eq!(host.log().len(), 1, "{:?}", host.log());
        return;
    }
    let this = std::env::current_exe().unwrap();
    let mut again = std::process::Command::new(this);
    let output = again
        .args(["--exact", NAME, "--nocapture"])
        .env(IN_CHILD, "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr,
        "plugin tested: Notice: from a thread\\0of its own\\nError: \\u{1b}[2K\\u{202e}\n"
    );
}
