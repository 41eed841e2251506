//! Counts flows and packets per thread, and logs the total at the end.
//!
//! Each thread counts in a state of its own, so the packet path takes no lock. The drop of a state
//! adds it to the totals. The last thread that began flows logs them when it is taken down. The
//! plugin does not wait for all threads, since the host never takes down its thread for commands.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use suricata_thread::{self as thread, SCLogError, SCLogNotice, ThreadStorage, ThreadVars, flow};

thread::plugin! {
    name: "flow-counter",
    version: env!("CARGO_PKG_VERSION"),
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

fn init() -> Result<(), &'static str> {
    let storage = ThreadStorage::register("flow-counter")?;
    let threads = Arc::new(Threads::default());
    thread::register_init_callback(move |tv| on_thread_init(storage, &threads, tv))?;
    flow::register_init_callback(move |tv, _flow, _packet| on_flow_init(storage, tv))?;
    flow::register_update_callback(move |tv, _flow, _packet| on_packet(storage, tv))
}

/// Runs once for each thread, on the thread that creates it.
fn on_thread_init(
    storage: ThreadStorage<ThreadState>,
    threads: &Arc<Threads>,
    tv: &mut ThreadVars,
) {
    let number = threads.created.fetch_add(1, Relaxed) + 1;
    let state = || ThreadState {
        number,
        flows: 0,
        packets: 0,
        threads: Arc::clone(threads),
    };
    if let Err(error) = storage.get_or_insert_with(tv, state) {
        SCLogError!("flow-counter: thread {number} will not be counted: {error}");
    }
}

/// Runs on the worker that picks a flow up.
fn on_flow_init(storage: ThreadStorage<ThreadState>, tv: &mut ThreadVars) {
    if let Some(state) = storage.get_mut(tv) {
        if state.flows == 0 {
            state.threads.busy.fetch_add(1, Relaxed);
        }
        state.flows += 1;
    }
}

/// Runs on the worker for every packet of a flow, the first included.
fn on_packet(storage: ThreadStorage<ThreadState>, tv: &mut ThreadVars) {
    if let Some(state) = storage.get_mut(tv) {
        state.packets += 1;
    }
}

/// The counts of one thread.
struct ThreadState {
    /// Threads are numbered from 1, in the order in which the host creates them.
    number: u64,
    flows: u64,
    packets: u64,
    threads: Arc<Threads>,
}

/// Runs when the thread has ended, on the thread that takes it down.
impl Drop for ThreadState {
    fn drop(&mut self) {
        let Self {
            number,
            flows,
            packets,
            threads,
        } = self;
        SCLogNotice!("flow-counter: thread {number}: {flows} flows, {packets} packets");
        if *flows == 0 && *packets == 0 {
            return;
        }
        let mut ended = threads.ended.lock().unwrap_or_else(PoisonError::into_inner);
        // A thread may have packets without having begun a flow.
        ended.busy += u64::from(*flows > 0);
        ended.flows += *flows;
        ended.packets += *packets;
        let Ended {
            busy,
            flows,
            packets,
        } = *ended;
        if busy == threads.busy.load(Relaxed) {
            SCLogNotice!("flow-counter: total: {flows} flows, {packets} packets, {busy} threads");
        }
    }
}

/// State that all threads share. A thread uses it when it begins, with its first flow, and when it ends.
#[derive(Default)]
struct Threads {
    created: AtomicU64,
    /// How many threads have begun flows.
    busy: AtomicU64,
    ended: Mutex<Ended>,
}

/// Sums over the threads that have ended.
#[derive(Default)]
struct Ended {
    /// How many of them have begun flows.
    busy: u64,
    flows: u64,
    packets: u64,
}
