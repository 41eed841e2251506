//! Helpers for tests: hosts that have run an `init`, and values that count their drops.

#![allow(dead_code)] // Not every test file uses everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use suricata_thread::{plugin, sys};
use suricata_thread_mock::Host;

/// Returns a host that has run `init` as a plugin's, and is still in its registration phase.
pub fn host(init: impl FnOnce() -> Result<(), &'static str>) -> Host {
    let host = Host::new();
    run_init(init);
    host
}

/// Runs `init` as a plugin's, for the host of the calling thread. Asserts that `init` succeeds, since the library
/// passes neither an error nor a failed assertion in it on to the test.
pub fn run_init(init: impl FnOnce() -> Result<(), &'static str>) {
    let mut returned = None;
    run_failing_init(|| {
        let result = init();
        returned = Some(result);
        result
    });
    assert_eq!(returned, Some(Ok(())), "`None` after a panic");
}

/// Runs an `init` that fails, otherwise like [`run_init`].
pub fn run_failing_init(init: impl FnOnce() -> Result<(), &'static str>) {
    // SAFETY: only this thread drives the mock, so the mock walks none of its lists meanwhile.
    unsafe { plugin::run_init("tested", init) };
}

/// Asserts that the log has no error. A panic in a callback is one, and so is an assertion that failed there.
#[track_caller]
pub fn assert_no_errors(host: &Host) {
    let mut log = host.log();
    log.retain(|line| line.level == sys::common::SCLogLevel::SC_LOG_ERROR);
    assert!(log.is_empty(), "{log:#?}");
}

/// A value that counts its drop in a counter, which other values may share.
#[derive(Default)]
pub struct Counted(pub Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Returns a new counter for [`Counted`].
pub fn drops() -> Arc<AtomicUsize> {
    Arc::default()
}
