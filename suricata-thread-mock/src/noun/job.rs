//! Something for a thread to do.

use std::any::Any;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

/// Something for a thread to do. Dropped or run, what it borrows is let go of before `done` says
/// so: the fields are dropped in this order.
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

/// A job is over when this is dropped.
pub(crate) struct Done(Arc<Latch>);

impl Drop for Done {
    fn drop(&mut self) {
        *self.0.open.lock() -= 1;
        self.0.changed.notify_all();
    }
}

/// Counts jobs that are not over.
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

/// Waits for jobs, also on the way out of a panic.
pub(crate) struct WaitOnDrop<'a>(pub(crate) &'a Latch);

impl Drop for WaitOnDrop<'_> {
    fn drop(&mut self) {
        self.0.wait();
    }
}

/// Work for a thread that may borrow from whoever waits for it.
pub(crate) type Work<'a> = Box<dyn FnOnce() + Send + 'a>;

/// A panic that came out of work.
pub(crate) type Payload = Box<dyn Any + Send>;
