//! Logs the sources whose flows have the most packets, both directions together.
//!
//! A flow counts its packets in a state of its own. When the flow ends, the drop of that state adds it
//! to the counts of the worker that began the flow. When a worker and its flows have ended, its counts
//! are merged into those of all workers. The last one writes the report.

pub mod source;
mod talkers;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use suricata_thread::flow::{self, Flow, FlowStorage};
use suricata_thread::sys::Packet;
use suricata_thread::{self as thread, SCLogNotice, ThreadStorage, ThreadVars, log_limited};

use talkers::Talkers;

pub use talkers::TOP;

thread::plugin! {
    name: "top-talkers",
    version: env!("CARGO_PKG_VERSION"),
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

fn init() -> Result<(), &'static str> {
    let source_of = source::of_this_host()?;
    let workers = ThreadStorage::register("top-talkers")?;
    let talks = FlowStorage::register("top-talkers")?;
    let all = Arc::new(Mutex::new(All::default()));
    let begin = move |tv: &mut ThreadVars, flow: &mut Flow, packet: *const Packet| {
        let worker = workers.get_or_insert_with(tv, || Worker::new(&all))?;
        let talk = Talk {
            // SAFETY: the host lends the packet to this flow init callback.
            source: unsafe { source_of(flow, packet) },
            packets: 0,
            worker: Arc::clone(worker),
        };
        talks.get_or_insert_with(flow, || talk).map(drop)
    };
    flow::register_init_callback(move |tv, flow, packet| {
        if let Err(error) = begin(tv, flow, packet) {
            log_limited!(Error, "top-talkers: a flow is not counted: {error}");
        }
    })?;
    flow::register_update_callback(move |_tv, flow, _packet| {
        if let Some(talk) = talks.get_mut(flow) {
            talk.packets += 1;
        }
    })
}

/// The value of a flow.
struct Talk {
    source: Option<IpAddr>,
    packets: u64,
    worker: Arc<Worker>,
}

/// Runs when the flow ends, on the thread that ends it.
impl Drop for Talk {
    fn drop(&mut self) {
        if self.packets == 0 {
            return; // The host refused this value: a flow whose value is stored has a packet.
        }
        // The host holds the flow's lock meanwhile. Few threads want this one, each for a moment.
        lock(&self.worker.talkers).add(self.source, self.packets);
    }
}

/// The value of a worker, which its flows share.
struct Worker {
    talkers: Mutex<Talkers>,
    all: Arc<Mutex<All>>,
}

impl Worker {
    fn new(all: &Arc<Mutex<All>>) -> Arc<Self> {
        lock(all).running += 1;
        Arc::new(Self {
            talkers: Mutex::default(),
            all: Arc::clone(all),
        })
    }
}

/// Runs when the thread and all flows that began on it have ended.
impl Drop for Worker {
    fn drop(&mut self) {
        let mut all = lock(&self.all);
        all.talkers.merge(&lock(&self.talkers));
        all.running -= 1;
        if all.running == 0 && all.talkers.flows > 0 {
            log(&all.talkers);
        }
    }
}

/// State that all workers share. A worker uses it with its first flow, and when it has ended.
#[derive(Default)]
struct All {
    running: u64,
    talkers: Talkers,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn log(talkers: &Talkers) {
    let (flows, packets, unknown) = (talkers.flows, talkers.packets(), talkers.of_unknown_source);
    SCLogNotice!("top-talkers: {flows} flows, {packets} packets, {unknown} of unknown source");
    for (rank, (source, at_least, at_most)) in (1..).zip(talkers.top()) {
        SCLogNotice!("top-talkers: {rank}. {source}: {at_least} to {at_most} packets");
    }
}
