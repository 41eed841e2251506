//! Jobs for threads, which may borrow from the caller that waits for them.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::calling::handles::Handle;
use crate::calling::{context, waiting};
use crate::noun::job::{Job, Latch, Payload, WaitOnDrop, Work};

/// The error is the first panic, or names a joined thread.
#[track_caller]
pub(crate) fn run_all(call: &str, work: Vec<(&Handle, Work<'_>)>) -> Result<(), Payload> {
    let panicked: Mutex<Option<Payload>> = Mutex::new(None);
    // A thread of a host waits for one other: `Host::traffic`, which has several jobs, panics
    // there.
    let mut waits = Vec::with_capacity(work.len());
    for (t, _) in &work {
        context::assert_drivable(&t.host, call);
        let wait = waiting::wait_for(t.thread.cells.token, call, t.thread.name());
        waits.push(wait);
    }
    let latch = Arc::new(Latch::default());
    {
        let _wait = WaitOnDrop(&latch);
        for (Handle { thread, .. }, work) in work {
            let panicked = &panicked;
            let run: Work<'_> = Box::new(move || {
                if let Err(payload) = catch_unwind(AssertUnwindSafe(work)) {
                    panicked.lock().get_or_insert(payload);
                }
            });
            // SAFETY: only the lifetime changes. Every borrow in it ends before `Done` is dropped,
            // and `_wait` waits for that before this function is left in any way.
            let run: Work<'static> = unsafe { std::mem::transmute(run) };
            let job = Job {
                run,
                done: latch.add(),
            };
            let refused = match &*thread.jobs.lock() {
                Some(jobs) => jobs.send(job).err().map(|e| e.0),
                None => Some(job),
            };
            if refused.is_some() {
                let gone = format!("{call} on thread `{}`, which was joined", thread.name());
                panicked.lock().get_or_insert(Box::new(gone));
            }
        }
    }
    match panicked.into_inner() {
        Some(payload) => Err(payload),
        None => Ok(()),
    }
}

#[track_caller]
pub(crate) fn rethrow(payload: Payload) -> ! {
    match payload.downcast::<String>() {
        // Panics anew, so that the harness prints it for the right test.
        Ok(text) => panic!("{text}"),
        Err(payload) => resume_unwind(payload),
    }
}
