//! Panics that no library can contain, as the documentation says, because Rust itself ends the process. Each test uses
//! a process of its own.
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

/// Runs the named test again in a child process, which runs `f` in a thread init callback. Asserts that the child
/// aborts and prints `message` to the standard error.
fn assert_aborts(test: &str, message: &str, f: fn()) {
    const IN_CHILD: &str = "SURICATA_THREAD_TEST_CHILD";
    if std::env::var_os(IN_CHILD).is_some() {
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
        .env(IN_CHILD, "1")
        .output()
        .unwrap();
    assert_eq!(output.status.signal(), Some(6), "SIGABRT: {output:?}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(message), "{stderr}");
}

#[test]
fn a_panic_in_a_destructor_during_unwinding_aborts() {
    assert_aborts(
        "a_panic_in_a_destructor_during_unwinding_aborts",
        "panic in a destructor during cleanup",
        || {
            let _fails = PanicsInDrop;
            panic!("the first");
        },
    );
}

#[test]
fn a_panic_in_the_panic_hook_aborts() {
    assert_aborts(
        "a_panic_in_the_panic_hook_aborts",
        "thread panicked while processing panic",
        || {
            std::panic::set_hook(Box::new(|_| panic!("in the hook")));
            panic!("the first");
        },
    );
}

#[test]
fn a_panic_while_a_panic_message_is_formatted_aborts() {
    struct PanicsInDisplay;
    impl fmt::Display for PanicsInDisplay {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in display");
        }
    }
    assert_aborts(
        "a_panic_while_a_panic_message_is_formatted_aborts",
        "panicked while processing panic",
        || panic!("{PanicsInDisplay}"),
    );
}

#[test]
fn a_panic_in_the_destructor_of_a_thread_local_aborts() {
    thread_local! {
        static FAILS: Cell<Option<PanicsInDrop>> = const { Cell::new(None) };
    }
    assert_aborts(
        "a_panic_in_the_destructor_of_a_thread_local_aborts",
        "thread local panicked on drop",
        || {
            std::thread::spawn(|| FAILS.set(Some(PanicsInDrop)))
                .join()
                .unwrap();
        },
    );
}
