//! The heaviest talkers: the sources whose flows have the most packets, both directions together.
//!
//! Each worker keeps a state of its own, made when it meets its first flow. The states are merged
//! when the host drops them, after the threads have ended; the last one reports.

pub mod source;
mod talkers;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use suricata_thread::{self as thread, SCLogError, SCLogNotice, ThreadStorage, flow};

use talkers::{Report, Talkers};

pub use talkers::{FLOWS_PER_WORKER, TOP};

thread::plugin! {
    name: "top-talkers",
    version: env!("CARGO_PKG_VERSION"),
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

fn init() -> Result<(), &'static str> {
    let source_of = source::of_this_host()?;
    let storage = ThreadStorage::register("top-talkers")?;
    let merged = Arc::new(Mutex::new(Merged::default()));
    flow::register_init_callback(move |tv, flow, packet| {
        // SAFETY: the host lends the packet for this call, which is that of a flow init callback.
        let source = unsafe { source_of(flow, packet) };
        match storage.get_or_insert_with(tv, || Worker::new(&merged)) {
            Ok(worker) => worker.talkers.begin(flow.as_ptr().addr(), source),
            Err(error) => SCLogError!("top-talkers: a flow is not counted: {error}"),
        }
    })?;
    flow::register_update_callback(move |tv, flow, _packet| {
        if let Some(worker) = storage.get_mut(tv) {
            worker.talkers.packet(flow.as_ptr().addr());
        }
    })
}

/// What a worker has in its slot.
struct Worker {
    talkers: Talkers,
    merged: Arc<Mutex<Merged>>,
}

/// What all workers share: touched when one meets its first flow, and when one has ended.
#[derive(Default)]
struct Merged {
    running: u64,
    report: Report,
}

impl Worker {
    fn new(merged: &Arc<Mutex<Merged>>) -> Self {
        let merged = Arc::clone(merged);
        merged
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .running += 1;
        Self {
            talkers: Talkers::default(),
            merged,
        }
    }
}

/// The thread has ended: the host drops its state on the thread that takes it down.
impl Drop for Worker {
    fn drop(&mut self) {
        let mut merged = self.merged.lock().unwrap_or_else(PoisonError::into_inner);
        merged.report.add(&mut self.talkers);
        merged.running -= 1;
        if merged.running == 0 && merged.report.flows > 0 {
            log(&merged.report);
        }
    }
}

fn log(report: &Report) {
    let Report {
        flows,
        packets,
        unattributed,
        ..
    } = report;
    SCLogNotice!(
        "top-talkers: {flows} flows, {packets} packets, of which {unattributed} of unknown source"
    );
    for (rank, (source, at_least, at_most)) in (1..).zip(report.top()) {
        let source: IpAddr = source;
        SCLogNotice!("top-talkers: {rank}. {source}: {at_least} to {at_most} packets");
    }
}
