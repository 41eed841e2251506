//! Counts flows and packets: per thread while packets flow, in total at the end.
//!
//! Nothing is shared on the packet path: each thread counts in a state of its own. Only when the
//! host drops that state, after the thread has ended, is it added to the totals. They are logged when
//! the last thread that has met flows is taken down: not when all threads are, since the host never
//! takes down its thread for commands.

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

/// What one thread has counted.
struct ThreadState {
    /// Threads are numbered from 1, in the order in which the host creates them.
    number: u64,
    flows: u64,
    packets: u64,
    threads: Arc<Threads>,
}

/// The thread has ended: the host drops its state on the thread that takes it down.
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
        // A thread may have packets only of flows that others have picked up.
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

/// What all threads share: touched when one begins, when one meets its first flow, and when one ends.
#[derive(Default)]
struct Threads {
    created: AtomicU64,
    /// Those that have met flows.
    busy: AtomicU64,
    ended: Mutex<Ended>,
}

/// Sums over the threads that have ended.
#[derive(Default)]
struct Ended {
    /// How many of them have met flows.
    busy: u64,
    flows: u64,
    packets: u64,
}
