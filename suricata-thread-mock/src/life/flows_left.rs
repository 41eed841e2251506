//! The end of flows that timed out, and of those that are left when threads end.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::calling::flows::{self, FlowEvent};
use crate::calling::handles::Handle;
use crate::life::job::{self, rethrow};
use crate::noun::job::Work;
use crate::noun::thread_kind::ThreadKind;
use crate::state::flow::FlowState;
use crate::state::host::HostState;
use crate::state::threads::ThreadState;

/// Ends flows on running threads, or on the current one if worker and finisher have ended.
pub(crate) fn end(
    host: &Arc<HostState>,
    threads: &[Arc<ThreadState>],
    flows: Vec<Arc<FlowState>>,
    call: &str,
) {
    if flows.is_empty() {
        return;
    }
    let is_running = |thread: &&Arc<ThreadState>| thread.jobs.lock().is_some();
    let handle = |thread: &Arc<ThreadState>| Handle {
        host: Arc::clone(host),
        thread: Arc::clone(thread),
    };
    let running: Vec<Handle> = threads.iter().filter(is_running).map(handle).collect();
    let of_kind = |kind| running.iter().position(|handle| handle.thread.kind == kind);
    let finisher = of_kind(ThreadKind::FlowRecycler).or_else(|| of_kind(ThreadKind::FlowManager));
    let any_worker = of_kind(ThreadKind::Worker);
    let mut work: Vec<Vec<Arc<FlowState>>> = running.iter().map(|_| Vec::new()).collect();
    for flow in flows {
        let worker = flow.worker.load(Relaxed);
        let worker = running
            .iter()
            .position(|handle| handle.thread.cells.token == worker);
        let worker = worker.or(any_worker);
        let thread = match flow.ends_on_worker() {
            true => worker.or(finisher),
            false => finisher.or(worker),
        };
        match thread {
            Some(at) => work[at].push(flow),
            None => {
                flows::run(host, None, FlowEvent::Retire(&flow));
            }
        }
    }
    let jobs = running.iter().zip(work).map(|(handle, flows)| {
        let end: Work<'_> = Box::new(move || {
            for flow in flows {
                let end = match flow.ends_on_worker() {
                    true => FlowEvent::Retire(&flow),
                    false => FlowEvent::Finish(&flow),
                };
                // Flows that the test ended meanwhile are over.
                flows::run(&handle.host, Some(&handle.thread), end);
            }
        });
        (handle, end)
    });
    if let Err(payload) = job::run_all(call, jobs.collect()) {
        rethrow(payload);
    }
}
