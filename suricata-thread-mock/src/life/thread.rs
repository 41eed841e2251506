//! The threads of a host.

use std::ffi::{c_int, c_void};

use parking_lot::Mutex;
use suricata_thread_sys::ThreadVars;

use crate::calling::context;
use crate::calling::handles::Handle;
use crate::life::job::{rethrow, run_all};
use crate::life::os_thread;
use crate::noun::job::Work;
use crate::noun::thread_kind::{Stage, ThreadKind};
use crate::noun::token;

/// A thread of a host.
///
/// Jobs and flow events run on its own OS thread, one after the other, while the caller waits.
/// Clones refer to the same thread.
///
/// ```
/// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
/// # use suricata_thread_mock::{Host, ThreadKind};
/// let host = Host::new();
/// let slot = plugin::register_slot(c"flows");
/// host.finalize();
/// let worker = host.spawn("W#01", ThreadKind::Worker);
/// worker.run(|tv| plugin::set(tv, slot, 7));
/// worker.join();
/// assert!(!worker.is_running());
/// assert_eq!(worker.peek(slot).addr(), 7);
/// worker.free();
/// assert_eq!(plugin::calls(), 1); // The slot's free function.
/// assert!(worker.peek(slot).is_null());
/// ```
///
/// # Panics
///
/// Methods that run something on the thread panic as [`Host`](crate::Host#panics) says, if the
/// thread was joined, and in a job that would wait for itself.
#[derive(Clone)]
pub struct Thread {
    pub(crate) handle: Handle,
}

impl std::fmt::Debug for Thread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Thread")
            .field("name", &self.name())
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

impl Thread {
    /// Returns the thread's name.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// assert_eq!(host.spawn("W#01", ThreadKind::Worker).name(), "W#01");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        self.handle.thread.name()
    }

    /// Returns the thread's kind.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode, ThreadKind};
    /// let host = Host::new();
    /// assert_eq!(host.start(RunMode::Single).workers[0].kind(), ThreadKind::Worker);
    /// ```
    #[must_use]
    pub fn kind(&self) -> ThreadKind {
        self.handle.thread.kind
    }

    /// Returns the pointer that plugins get for the thread, with no memory behind it.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// assert!(worker.run(|tv| tv == worker.as_ptr()));
    /// ```
    #[must_use]
    pub fn as_ptr(&self) -> *mut ThreadVars {
        token::as_ptr(self.handle.thread.cells.token)
    }

    /// Returns `true` until the thread is joined.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(*self.handle.thread.stage.lock(), Stage::Running(_))
    }

    /// Runs `job` on the thread and returns its result.
    ///
    /// Meanwhile, no callback runs with this thread's `ThreadVars`.
    ///
    /// # Panics
    ///
    /// Panics if `job` does, or as [`Thread`] says.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// let mut jobs = 0; // A job may borrow: `run` waits for it.
    /// let name = worker.run(|_tv| {
    ///     jobs += 1;
    ///     // Rust does not know the names of Suricata's threads.
    ///     std::thread::current().name().map(str::to_owned)
    /// });
    /// assert_eq!((jobs, name), (1, None));
    /// ```
    #[track_caller]
    pub fn run<R: Send>(&self, job: impl FnOnce(*mut ThreadVars) -> R + Send) -> R {
        let result = Mutex::new(None);
        let token = self.handle.thread.cells.token;
        let work: Work<'_> = Box::new(|| {
            *result.lock() = Some(job(token::as_ptr(token)));
        });
        if let Err(payload) = run_all("Thread::run", vec![(&self.handle, work)]) {
            rethrow(payload);
        }
        result
            .into_inner()
            .expect("work that did not panic has a result")
    }

    /// Ends the OS thread and waits for it.
    ///
    /// The storage stays. A second call does nothing.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](crate::Host#panics) says, or in a job that would wait for itself.
    #[track_caller]
    pub fn join(&self) {
        context::assert_drivable(&self.handle.host, "Thread::join");
        os_thread::join(&self.handle.thread, "Thread::join");
    }

    /// Frees the storage on the current thread, in the order of the slot ids, and then the
    /// `ThreadVars`.
    ///
    /// A second call does nothing, nor does a call for [`ThreadKind::Command`].
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](crate::Host#panics) says, or if the thread was not joined.
    #[track_caller]
    pub fn free(&self) {
        context::assert_drivable(&self.handle.host, "Thread::free");
        if self.handle.thread.kind != ThreadKind::Command {
            os_thread::free(&self.handle.host, &self.handle.thread, "Thread::free");
        }
    }

    /// Returns a slot's value, or NULL if the slot is empty or the thread has no such slot.
    ///
    /// This does not count as a call of the plugin.
    #[must_use]
    #[track_caller]
    pub fn peek(&self, id: c_int) -> *mut c_void {
        let cells = &self.handle.thread.cells;
        let index = cells.table.index(id);
        index.map_or(std::ptr::null_mut(), |index| cells.peek(index))
    }
}
