//! Jobs of a thread.

use std::any::Any;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

/// A job. Its fields drop in order, so that the borrows of `run` end before `done` says so.
pub(crate) struct Job {
    pub(crate) run: Box<dyn FnOnce() + Send>,
    pub(crate) done: Done,
}

impl Job {
    pub(crate) fn run(self) {
        let Self { run, done } = self;
        run();
        drop(done);
    }
}

pub(crate) struct Done(Arc<Latch>);

impl Drop for Done {
    fn drop(&mut self) {
        *self.0.open.lock() -= 1;
        self.0.changed.notify_all();
    }
}

/// Counts jobs that have not ended.
#[derive(Default)]
pub(crate) struct Latch {
    open: Mutex<usize>,
    changed: Condvar,
}

impl Latch {
    pub(crate) fn add(self: &Arc<Self>) -> Done {
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

/// Waits when dropped, even if a panic unwinds.
pub(crate) struct WaitOnDrop<'a>(pub(crate) &'a Latch);

impl Drop for WaitOnDrop<'_> {
    fn drop(&mut self) {
        self.0.wait();
    }
}

/// A closure that may borrow from the caller, who waits for it.
pub(crate) type Work<'a> = Box<dyn FnOnce() + Send + 'a>;

pub(crate) type Payload = Box<dyn Any + Send>;
