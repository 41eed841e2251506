//! Counts the flows and packets of each of Suricata's threads, and logs them when the thread has ended.

use suricata_thread::{SCLogNotice, ThreadStorage, ThreadVars, flow, log_limited};

const NAME: &str = env!("CARGO_PKG_NAME");

suricata_thread::plugin! {
    name: NAME,
    version: env!("CARGO_PKG_VERSION"),
    author: env!("CARGO_PKG_AUTHORS"),
    license: env!("CARGO_PKG_LICENSE"),
    init: init,
}

/// Runs once, on Suricata's main thread. Everything must be registered here; an `Err` is logged.
fn init() -> Result<(), &'static str> {
    let storage = ThreadStorage::register(NAME)?;
    flow::register_init_callback(move |tv, _flow, _packet| on_flow(storage, tv))?;
    flow::register_update_callback(move |tv, _flow, _packet| on_packet(storage, tv))
}

/// Runs on the worker that picks a flow up. The first flow makes the worker's state, so threads
/// without flows have none.
fn on_flow(storage: ThreadStorage<State>, tv: &mut ThreadVars) {
    match storage.get_or_insert_default(tv) {
        Ok(state) => state.flows += 1,
        Err(error) => log_limited!(Error, "{NAME}: a flow is not counted: {error}"),
    }
}

/// Runs on the worker for every packet of a flow, for the first one after [`on_flow`].
fn on_packet(storage: ThreadStorage<State>, tv: &mut ThreadVars) {
    if let Some(state) = storage.get_mut(tv) {
        state.packets += 1;
    }
}

/// The counts of one thread. Only that thread uses them, so they need no lock.
#[derive(Default)]
struct State {
    flows: u64,
    packets: u64,
}

/// Runs when the thread has ended, on the thread that takes it down.
impl Drop for State {
    fn drop(&mut self) {
        let Self { flows, packets } = self;
        SCLogNotice!("{NAME}: {flows} flows, {packets} packets");
    }
}
