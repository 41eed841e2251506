//! Taking down the threads of a host.

use std::sync::Arc;

use crate::calling::handles;
use crate::life::{flows_left, os_thread};
use crate::state::host::HostState;
use crate::state::threads::ThreadState;

#[track_caller]
pub(crate) fn all(host: &Arc<HostState>) {
    if let Some(_taking_down) = host.threads.begin_take_down() {
        let threads = host.threads.list.lock().clone();
        flows_left::end(host, &threads, host.flows.begun(false), "shutdown");
        these(host, &threads);
    }
}

/// Takes threads down as Suricata 8.0.8 does: first those that manage flows and counters, then
/// those that handle packets, each in the order of creation.
#[track_caller]
pub(crate) fn these(host: &Arc<HostState>, threads: &[Arc<ThreadState>]) {
    let (packets, others): (Vec<_>, Vec<_>) =
        threads.iter().partition(|t| t.kind.handles_packets());
    for group in [others, packets] {
        for thread in &group {
            os_thread::join(thread, "shutdown");
        }
        for thread in group {
            os_thread::free(host, thread, "shutdown");
        }
    }
}

/// Ends the host and forgets its `ThreadVars`.
pub(crate) fn end(host: &HostState) {
    host.end();
    let threads = std::mem::take(&mut *host.threads.list.lock());
    for thread in &threads {
        handles::end(thread);
    }
}
