//! Having threads do something that may borrow from whoever waits for it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use crate::context;
use crate::thread::Thread;

/// Something for a thread to do. Dropped or run, what it borrows is let go of before `done` says
/// so: the fields are dropped in this order.
pub(crate) struct Job {
    run: Box<dyn FnOnce() + Send>,
    done: Done,
}

impl Job {
    pub(crate) fn run(self) {
        let Self { run, done } = self;
        run();
        drop(done);
    }
}

struct Done(Arc<Latch>);

impl Drop for Done {
    fn drop(&mut self) {
        *self.0.open.lock() -= 1;
        self.0.changed.notify_all();
    }
}

/// Counts jobs that are not over.
#[derive(Default)]
struct Latch {
    open: Mutex<usize>,
    changed: Condvar,
}

impl Latch {
    fn add(self: &Arc<Self>) -> Done {
        *self.open.lock() += 1;
        Done(Arc::clone(self))
    }

    fn wait(&self) {
        let mut open = self.open.lock();
        while *open > 0 {
            self.changed.wait(&mut open);
        }
    }
}

/// Waits for jobs, also on the way out of a panic.
struct WaitOnDrop<'a>(&'a Latch);

impl Drop for WaitOnDrop<'_> {
    fn drop(&mut self) {
        self.0.wait();
    }
}

/// Work for a thread that may borrow from whoever waits for it.
pub(crate) type Work<'a> = Box<dyn FnOnce() + Send + 'a>;

/// A panic that came out of work.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Has each thread do its work, all at the same time, and waits for all. The error is the first
/// panic, or the name of a thread that had ended.
pub(crate) fn run_all(what: &str, work: Vec<(&Thread, Work<'_>)>) -> Result<(), Payload> {
    let panicked: Mutex<Option<Payload>> = Mutex::new(None);
    // A thread of a host gives one job at a time, so that it waits for one other at most:
    // `Host::traffic`, which gives several, refuses to be called there.
    let _waiting: Vec<_> = work
        .iter()
        .map(|(t, _)| {
            context::assert_drivable(&t.state.host, what);
            context::wait_for(t.state.token, what, &t.state.name)
        })
        .collect();
    let latch = Arc::new(Latch::default());
    {
        let _wait = WaitOnDrop(&latch);
        for (thread, work) in work {
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
            let refused = match &*thread.state.jobs.lock() {
                Some(jobs) => jobs.send(job).err().map(|e| e.0),
                None => Some(job),
            };
            if refused.is_some() {
                let gone = format!("{what} on thread `{}`, which was joined", thread.state.name);
                panicked.lock().get_or_insert(Box::new(gone));
            }
        }
    }
    match panicked.into_inner() {
        Some(payload) => Err(payload),
        None => Ok(()),
    }
}

/// Goes on with a panic of another thread on this one.
pub(crate) fn rethrow(payload: Payload) -> ! {
    match payload.downcast::<String>() {
        // As a panic of this thread, so that it is printed for the test that it belongs to.
        Ok(text) => panic!("{text}"),
        Err(payload) => resume_unwind(payload),
    }
}
