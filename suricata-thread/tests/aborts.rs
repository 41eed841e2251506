//! What the documentation says that no library can contain, since Rust itself ends the process. Each in a process of
//! its own.
#![cfg(unix)]

mod common;

use std::cell::Cell;
use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use suricata_thread::{self as thread, flow};
use suricata_thread_mock::ThreadKind;

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

/// Runs the test of this name again, in a process that does `f` in a thread init callback, and demands that this
/// aborts, with these words on the standard error.
fn assert_aborts(test: &str, words: &str, f: fn()) {
    const AGAIN: &str = "SURICATA_THREAD_TEST_RUNS_ITSELF";
    if std::env::var_os(AGAIN).is_some() {
        let host = common::host(move || {
            thread::register_init_callback(move |_| f())?;
            flow::register_init_callback(|_, _, _| unreachable!("the process has ended"))
        });
        host.finalize();
        let worker = host.spawn("W#01", ThreadKind::Worker);
        worker.flow_init(&host.flow());
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(AGAIN, "1")
        .output()
        .unwrap();
    assert_eq!(output.status.signal(), Some(6), "SIGABRT: {output:?}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(words), "{stderr}");
}

#[test]
fn a_destructor_that_panics_while_another_panic_unwinds_past_it() {
    assert_aborts(
        "a_destructor_that_panics_while_another_panic_unwinds_past_it",
        "panic in a destructor during cleanup",
        || {
            let _fails = PanicsInDrop;
            panic!("the first");
        },
    );
}

#[test]
fn a_panic_in_the_panic_hook() {
    assert_aborts(
        "a_panic_in_the_panic_hook",
        "thread panicked while processing panic",
        || {
            std::panic::set_hook(Box::new(|_| panic!("in the hook")));
            panic!("the first");
        },
    );
}

#[test]
fn a_panic_while_the_message_of_a_panic_is_formatted() {
    struct PanicsInDisplay;
    impl fmt::Display for PanicsInDisplay {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in display");
        }
    }
    assert_aborts(
        "a_panic_while_the_message_of_a_panic_is_formatted",
        "panicked while processing panic",
        || panic!("{PanicsInDisplay}"),
    );
}

#[test]
fn a_panic_in_the_destructor_of_a_thread_local() {
    thread_local! {
        static FAILS: Cell<Option<PanicsInDrop>> = const { Cell::new(None) };
    }
    assert_aborts(
        "a_panic_in_the_destructor_of_a_thread_local",
        "thread local panicked on drop",
        || {
            std::thread::spawn(|| FAILS.set(Some(PanicsInDrop)))
                .join()
                .unwrap();
        },
    );
}
