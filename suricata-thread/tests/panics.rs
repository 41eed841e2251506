//! No panic reaches the host. Each one is logged as an error, and the host and the other callbacks go on.

mod common;

use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use common::{host, run_failing_init};
use suricata_thread::{self as thread, ThreadStorage, flow, sys};
use suricata_thread_mock::{Host, LogLine, ThreadKind};

/// The payload of a panic, whose drop panics, too.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the payload's drop");
    }
}

fn errors(host: &Host) -> Vec<String> {
    let is_error = |line: &LogLine| line.level == sys::common::SCLogLevel::SC_LOG_ERROR;
    host.log()
        .into_iter()
        .filter(is_error)
        .map(|line| line.message)
        .collect()
}

/// Asserts that a line contains all parts.
#[track_caller]
fn assert_line(line: &str, parts: &[&str]) {
    for part in parts {
        assert!(line.contains(part), "{part:?} is missing in {line:?}");
    }
}

#[test]
fn a_panic_in_a_thread_init_callback_is_logged_for_each_thread() {
    let others = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&others);
    let line = line!() + 2;
    let host = host(|| {
        thread::register_init_callback(|_| panic!("no {}", "luck"))?;
        thread::register_init_callback(move |_| {
            count.fetch_add(1, SeqCst);
        })
    });
    host.expect_errors(2, "no luck");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    host.spawn("W#02", ThreadKind::Worker);
    assert_eq!(others.load(SeqCst), 2);
    let errors = errors(&host);
    assert_eq!(errors.len(), 2, "{errors:#?}");
    let place = format!("tests/panics.rs:{line}:");
    let parts = [
        "plugin tested: thread init callback panics::a_panic_in_a_thread_init_callback",
        "no luck",
        &place,
    ];
    assert_line(&errors[0], &parts);
    assert_line(&errors[1], &parts);
}

#[test]
fn a_panic_in_each_flow_callback_is_logged() {
    let updates = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&updates);
    let host = host(|| {
        flow::register_init_callback(|_, _, _| panic!("in init"))?;
        flow::register_update_callback(|_, _, _| panic!("in update"))?;
        flow::register_update_callback(move |_, _, _| {
            count.fetch_add(1, SeqCst);
        })?;
        flow::register_finish_callback(|_, _| panic!("in finish"))
    });
    host.expect_error("in init");
    host.expect_error("in update");
    host.expect_error("in finish");
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    worker.flow_finish(flow);
    assert_eq!(updates.load(SeqCst), 1);
    let errors = errors(&host);
    assert_eq!(errors.len(), 3, "{errors:#?}");
    for (error, kind) in errors.iter().zip(["init", "update", "finish"]) {
        let (callback, message) = (format!("flow {kind} callback"), format!("in {kind} (at "));
        assert_line(
            error,
            &["plugin tested", &callback, &message, "tests/panics.rs:"],
        );
    }
}

#[test]
fn a_panic_in_the_drop_of_a_value_is_logged_and_the_other_values_are_dropped() {
    struct Fails(#[expect(dead_code, reason = "gives the value a size")] u64);
    impl Drop for Fails {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    let after = common::drops();
    let counted = Arc::clone(&after);
    let host = host(|| {
        let fails = ThreadStorage::register("fails")?;
        let fine = ThreadStorage::register("fine")?;
        thread::register_init_callback(move |tv| {
            fails.get_or_insert_with(tv, || Fails(1)).map(drop).unwrap();
            let count = || common::Counted(Arc::clone(&counted));
            fine.get_or_insert_with(tv, count).map(drop).unwrap();
        })
    });
    host.expect_errors(2, "in drop");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    host.spawn("W#02", ThreadKind::Worker);
    host.shutdown();
    assert_eq!(after.load(SeqCst), 2);
    let errors = errors(&host);
    assert_eq!(errors.len(), 2, "{errors:#?}");
    for error in errors {
        assert_line(
            &error,
            &[
                "plugin tested: drop of a stored value",
                "::Fails",
                "in drop (at ",
            ],
        );
    }
}

#[test]
fn callbacks_that_init_registers_before_it_panics_stay() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let host = Host::new();
    run_failing_init(|| {
        thread::register_init_callback(move |_| {
            count.fetch_add(1, SeqCst);
        })?;
        panic!("half way")
    });
    host.expect_error("half way");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    assert_eq!(calls.load(SeqCst), 1);
    let errors = errors(&host);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_line(&errors[0], &["plugin tested: init", "half way (at "]);
}

#[test]
fn a_payload_without_text_is_logged_with_the_place_of_the_panic() {
    let host = host(|| thread::register_init_callback(|_| panic_any(7)));
    host.expect_error("no text");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    let errors = errors(&host);
    assert_line(
        &errors[0],
        &[
            "panicked: a payload that is no text (at ",
            "tests/panics.rs:",
        ],
    );
    assert_eq!(errors.len(), 1);
}

#[test]
fn a_panic_in_the_drop_of_a_payload_is_logged() {
    let host = host(|| thread::register_init_callback(|_| panic_any(Bomb)));
    host.expect_error("no text (at ");
    host.expect_error("panicked again");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    let errors = errors(&host);
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert_line(&errors[0], &["panicked: a payload that is no text (at "]);
    assert_line(
        &errors[1],
        &["panicked again, dropping the panic's payload: the payload's drop"],
    );
}

#[test]
fn a_payload_whose_drop_panics_with_another_such_payload_is_contained() {
    struct Nested;
    impl Drop for Nested {
        fn drop(&mut self) {
            panic_any(Bomb);
        }
    }
    let host = host(|| thread::register_init_callback(|_| panic_any(Nested)));
    host.expect_error("panicked: ");
    host.expect_error("panicked again");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    assert_eq!(errors(&host).len(), 2);
}

#[test]
fn a_resumed_panic_is_not_logged_with_the_place_of_an_earlier_panic() {
    let host = host(|| {
        thread::register_init_callback(|_| {
            let _ = std::panic::catch_unwind(|| panic!("a stale one"));
            std::panic::resume_unwind(Box::new("resumed"));
        })
    });
    host.expect_error("resumed");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    let errors = errors(&host);
    assert_line(&errors[0], &["panicked: resumed (at an unknown place)"]);
    assert_eq!(errors.len(), 1);
}

#[test]
fn a_resumed_payload_without_text_has_no_place_of_an_earlier_panic() {
    let host = host(|| {
        thread::register_init_callback(|_| {
            let _ = std::panic::catch_unwind(|| panic_any(1_u8));
            std::panic::resume_unwind(Box::new(2_u16));
        })
    });
    host.expect_error("no text");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    let errors = errors(&host);
    assert_line(
        &errors[0],
        &["panicked: a payload that is no text (at an unknown place)"],
    );
    assert_eq!(errors.len(), 1);
}

#[test]
fn an_error_of_init_is_logged_with_the_plugins_name() {
    let host = Host::new();
    host.expect_error("nothing to count");
    run_failing_init(|| Err("nothing to count"));
    let version = suricata_thread::host_version().unwrap();
    let line = format!("plugin tested: init failed: nothing to count (Suricata {version})");
    assert_eq!(errors(&host), [line]);
}
