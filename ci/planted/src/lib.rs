//! What the programs in `examples` share: two workers of the mock, and a slot.
//!
//! Each program has one planted fault in a callback, and does all else as a plugin does it: a check that passes one of
//! them would pass the same fault in the libraries.

use suricata_thread::{ThreadStorage, ThreadVars, flow, plugin};
use suricata_thread_mock::{Host, ThreadKind};

/// Runs `callback` as the flow update callback of two workers, 1000 times on each, at the same time.
///
/// # Panics
///
/// Where the mock has something to report.
pub fn run<T: Send + 'static>(
    callback: impl Fn(ThreadStorage<T>, &mut ThreadVars<'_>) + Send + Sync + 'static,
) {
    let host = Host::new();
    let init = || {
        let slot = ThreadStorage::register("planted")?;
        flow::register_update_callback(move |tv, _, _| callback(slot, tv))
    };
    // SAFETY: this thread drives the mock, so nothing else runs on it until `init` has returned.
    unsafe { plugin::run_init("planted", init) };
    host.finalize();
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    std::thread::scope(|scope| {
        for worker in &workers {
            let flow = host.flow();
            scope.spawn(move || (0..1000).for_each(|_| worker.flow_update(&flow)));
        }
    });
    host.shutdown();
    host.verify();
}
