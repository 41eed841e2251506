//! What the tests share: a host that has run a plugin's `init`.

#![allow(dead_code)] // Not every test file uses everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use suricata_thread::{plugin, sys};
use suricata_thread_mock::Host;

/// A host in its registration phase, in which `init` has run as a plugin's.
pub fn host(init: impl FnOnce() -> Result<(), &'static str>) -> Host {
    let host = Host::new();
    run_init(init);
    host
}

/// Runs `init` as the plugin init of the host that the calling thread belongs to, and demands that it succeeds:
/// otherwise the library would keep its error, or a failed assertion in it, from the test.
pub fn run_init(init: impl FnOnce() -> Result<(), &'static str>) {
    let mut returned = None;
    run_failing_init(|| {
        let result = init();
        returned = Some(result);
        result
    });
    assert_eq!(returned, Some(Ok(())), "`None` after a panic");
}

/// Runs `init` as [`run_init`] does, for an `init` that fails.
pub fn run_failing_init(init: impl FnOnce() -> Result<(), &'static str>) {
    // SAFETY: the mock walks none of its lists meanwhile: it is driven by this thread alone.
    unsafe { plugin::run_init("tested", init) };
}

/// Demands that nothing was logged as an error: panics in callbacks are, so assertions that failed in them, too.
#[track_caller]
pub fn assert_no_errors(host: &Host) {
    let mut log = host.log();
    log.retain(|line| line.level == sys::common::SCLogLevel::SC_LOG_ERROR);
    assert!(log.is_empty(), "{log:#?}");
}

/// A stored value that counts how many of its kind were dropped.
#[derive(Default)]
pub struct Counted(pub Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A counter for [`Counted`].
pub fn drops() -> Arc<AtomicUsize> {
    Arc::default()
}
