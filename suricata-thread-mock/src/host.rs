//! The host: one life of a Suricata process.

use std::io;
use std::marker::PhantomData;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::thread;

use suricata_thread_sys::Generation;
use suricata_thread_sys::common::SCLogLevel;

use crate::builder::Builder;
use crate::context;
use crate::log::LogLine;
use crate::report::{Report, ReportKind};
use crate::shared::Shared;
use crate::thread::{LeftValue, Thread, ThreadKind};

/// One life of a Suricata process, from the registration phase to the end.
///
/// The thread that builds it is its main thread: what that thread calls of the C API is answered by
/// this host, as is what the host's own threads call. See [`Host::enter`] for others. A thread that
/// built several hosts talks to the last one that has not been dropped.
///
/// Dropping it shuts it down, and panics with the reports that nobody was told of yet, unless the
/// host only records. Where the thread is panicking already they are written to stderr. A drop in
/// plugin code takes nothing down, as the host's threads may be waiting for that very code: they and
/// their values are left as they are, reports are written to stderr, and the drop itself is reported
/// to the host that runs the code.
///
/// It must not live in a thread-local: that is dropped when the thread has let go of other
/// thread-locals, so that C calls of free functions find no host.
///
/// # Panics
/// What drives a host (loads, creates threads, has them do something, ends them) is for the test
/// alone. It panics
///
/// - in plugin code, whatever [`Builder::record_only`] says: a callback that has not returned would
///   be followed by a second one with the same `ThreadVars`;
/// - in the iterator that [`Host::replay`] takes its packets from: the workers are busy until that
///   ends.
#[derive(Debug)]
pub struct Host {
    pub(crate) shared: Arc<Shared>,
    /// It leaves the thread's list of hosts when dropped, so it stays on that thread.
    on_its_main_thread: PhantomData<MutexGuard<'static, ()>>,
}

impl Host {
    pub(crate) fn of(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            on_its_main_thread: PhantomData,
        }
    }

    /// Starts a host in its registration phase, strict, with a random seed. It plays Suricata 8.0,
    /// unless the environment says [otherwise](Builder::generation).
    ///
    /// # Panics
    ///
    /// As [`Builder::build`].
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_sys::v8::ThreadStorageRegister;
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// // SAFETY: the name and the function stay; `free` takes any value.
    /// let slot = unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) };
    /// assert!(slot.id >= 0); // Registered: negative would be refused.
    /// assert_eq!(host.threads().len(), 0);
    /// ```
    #[allow(clippy::new_without_default, reason = "it has effects on the thread")]
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// For a host that is not as [`Host::new`] makes it.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::{SCLogGetLogLevel, SCLogLevel};
    /// let host = Host::builder().log_level(SCLogLevel::SC_LOG_DEBUG).build();
    /// // SAFETY: it takes nothing.
    /// assert_eq!(unsafe { SCLogGetLogLevel() }, SCLogLevel::SC_LOG_DEBUG);
    /// ```
    pub fn builder() -> Builder {
        Builder {
            generation: None,
            log_level: SCLogLevel::SC_LOG_INFO,
            record_only: false,
            every_thread: false,
            shared_values: false,
            seed: None,
        }
    }

    /// Returns the generation of Suricata that the host plays.
    ///
    /// ```
    /// use suricata_thread_mock::{Generation, Host};
    ///
    /// let host = Host::builder().generation(Generation::V8).build();
    /// assert_eq!(host.generation().major(), 8);
    /// ```
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.shared.generation
    }

    /// Makes the current thread belong to this host until the guard is dropped.
    ///
    /// For threads that are neither the host's main thread nor its own ones: those that a test or
    /// the code under test starts and that call the C API.
    ///
    /// ```
    /// # use std::ffi::CStr;
    /// # use suricata_thread_sys::common::{SCLogLevel, SCLogMessage};
    /// # fn log(level: SCLogLevel, module: &CStr, message: &CStr) {
    /// #     let (module, message) = (module.as_ptr(), message.as_ptr());
    /// #     // SAFETY: the texts are C strings.
    /// #     unsafe { SCLogMessage(level, module, 1, module, module, message) };
    /// # }
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         let _entered = host.enter();
    ///         log(SCLogLevel::SC_LOG_INFO, c"counter", c"started"); // calls SCLogMessage
    ///     });
    /// });
    /// assert_eq!(host.log()[0].message, "started");
    /// ```
    pub fn enter(&self) -> Entered<'_> {
        context::enter(&self.shared);
        Entered {
            host: self,
            on_this_thread: PhantomData,
        }
    }

    /// Closes the registration of storage slots, as the host does before it creates threads.
    /// Closing it again changes nothing.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics).
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::v8::ThreadStorageRegister;
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// let host = Host::new();
    /// host.finalize();
    /// // SAFETY: the name and the function stay; `free` takes any value.
    /// let slot = unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) };
    /// assert_eq!(slot.id, -1);
    /// ```
    pub fn finalize(&self) {
        context::assert_drivable(&self.shared, "Host::finalize");
        self.shared.slots.finalize();
    }

    /// Creates a thread: its `ThreadVars`, the init callbacks on the current thread, then an OS
    /// thread of that name which waits for what the test has it do.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics), after [`Host::shutdown`], and where the system
    /// refuses the thread.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// # use suricata_thread_sys::common::SCThreadRegisterInitCallback;
    /// # use suricata_thread_sys::ThreadVars;
    /// # static THREADS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_thread(_: *mut ThreadVars, _: *mut c_void) {
    /// #     THREADS.fetch_add(1, Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_thread` counts its calls in `THREADS`, and uses no pointer.
    /// unsafe { SCThreadRegisterInitCallback(Some(on_thread), null_mut()) };
    /// host.spawn("CW", ThreadKind::Counters);
    /// host.spawn("US", ThreadKind::Command);
    /// assert_eq!(THREADS.load(Relaxed), 2);
    /// ```
    pub fn spawn(&self, name: &str, kind: ThreadKind) -> Thread {
        self.try_spawn(name, kind).unwrap_or_else(|e| panic!("{e}"))
    }

    pub(crate) fn try_spawn(&self, name: &str, kind: ThreadKind) -> io::Result<Thread> {
        context::assert_drivable(&self.shared, "Host::spawn");
        Thread::spawn(&self.shared, name, kind)
    }

    /// The threads created so far, in the order in which their init callbacks had run; joined and
    /// freed ones too, but not one whose init callbacks are still running.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// host.start(RunMode::Single);
    /// let threads = host.threads();
    /// let names: Vec<_> = threads.iter().map(|thread| thread.name()).collect();
    /// assert_eq!(names, ["W#01", "FM#01", "FR#01"]);
    /// ```
    #[must_use]
    pub fn threads(&self) -> Vec<Thread> {
        let threads = self.shared.threads.lock();
        threads.iter().cloned().map(Thread::of).collect()
    }

    /// Joins every thread and frees the storage of those that the host frees, on the current
    /// thread. A second call does nothing.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics), and in a job on a thread of the host.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_sys::ThreadVars;
    /// # use suricata_thread_sys::v8::{
    /// #     ThreadSetStorageById, ThreadStorageId, ThreadStorageRegister,
    /// # };
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # static FREED: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn free(_: *mut c_void) {
    /// #     FREED.fetch_add(1, Relaxed);
    /// # }
    /// # fn register() -> ThreadStorageId {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) }
    /// # }
    /// # fn set(tv: *mut ThreadVars, slot: ThreadStorageId, value: usize) -> bool {
    /// #     // SAFETY: the host's pointer and id; `free` takes any value.
    /// #     unsafe { ThreadSetStorageById(tv, slot, std::ptr::without_provenance_mut(value)) == 0 }
    /// # }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = register(); // calls SCThreadStorageRegister
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// worker.run(move |tv| set(tv, slot, 7)); // calls ThreadSetStorageById
    /// host.shutdown();
    /// assert!(!worker.is_running());
    /// assert_eq!(FREED.load(Relaxed), 1); // The slot's free function counts its calls.
    /// ```
    pub fn shutdown(&self) {
        context::assert_drivable(&self.shared, "Host::shutdown");
        if let Some(me) = context::worker() {
            let own = self.shared.threads.lock().iter().any(|t| t.token == me);
            assert!(
                !own,
                "Host::shutdown was called by a job on thread `{}`, which it would wait for",
                context::os_thread_name()
            );
        }
        self.shared.take_down();
    }

    /// The log so far: the host's own lines, and those that `SCLogMessage` was called with, up to the host's level.
    ///
    /// ```
    /// # use std::ffi::CStr;
    /// # use suricata_thread_sys::common::{SCLogLevel, SCLogMessage};
    /// # fn log(level: SCLogLevel, module: &CStr, message: &CStr) {
    /// #     let (module, message) = (module.as_ptr(), message.as_ptr());
    /// #     // SAFETY: the texts are C strings.
    /// #     unsafe { SCLogMessage(level, module, 1, module, module, message) };
    /// # }
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// log(SCLogLevel::SC_LOG_NOTICE, c"counter", c"3 flows"); // calls SCLogMessage
    /// let log = host.log();
    /// assert_eq!(log[0].to_string(), "Notice: counter: 3 flows");
    /// assert_eq!(log[0].thread, "Suricata-Main");
    /// ```
    #[must_use]
    pub fn log(&self) -> Vec<LogLine> {
        self.shared.log.lock().clone()
    }

    /// What was done wrong so far, each once, in the order in which it first happened.
    ///
    /// ```
    /// # use std::ptr::null_mut;
    /// # use suricata_thread_mock::{Host, ReportKind};
    /// # use suricata_thread_sys::v8::{ThreadFreeStorageById, ThreadStorageId};
    /// let host = Host::builder().record_only().build();
    /// for _ in 0..2 {
    ///     // SAFETY: the mock reports the NULL, and does nothing else.
    ///     unsafe { ThreadFreeStorageById(null_mut(), ThreadStorageId { id: 0 }) };
    /// }
    /// let reports = host.reports();
    /// assert_eq!(reports.len(), 1);
    /// assert_eq!((reports[0].kind, reports[0].times), (ReportKind::ThreadVarsUnknown, 2));
    /// ```
    #[must_use]
    pub fn reports(&self) -> Vec<Report> {
        self.shared.reports.list()
    }

    /// What threads that the host never frees still hold, known once the host was shut down.
    /// Suricata leaks this too; that is no misuse.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_sys::ThreadVars;
    /// # use suricata_thread_sys::v8::{
    /// #     ThreadSetStorageById, ThreadStorageId, ThreadStorageRegister,
    /// # };
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// # fn register() -> ThreadStorageId {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) }
    /// # }
    /// # fn set(tv: *mut ThreadVars, slot: ThreadStorageId, value: usize) -> bool {
    /// #     // SAFETY: the host's pointer and id; `free` takes any value.
    /// #     unsafe { ThreadSetStorageById(tv, slot, std::ptr::without_provenance_mut(value)) == 0 }
    /// # }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = register(); // calls SCThreadStorageRegister with the name "flows"
    /// host.finalize();
    /// let commands = host.spawn("US", ThreadKind::Command);
    /// commands.run(move |tv| set(tv, slot, 7)); // calls ThreadSetStorageById
    /// host.shutdown();
    /// let left = &host.left_values()[0];
    /// assert_eq!((&*left.thread, &*left.slot), ("US", "flows"));
    /// ```
    #[must_use]
    pub fn left_values(&self) -> Vec<LeftValue> {
        self.shared.left.lock().clone()
    }

    /// The seed of what is random in this host.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let seed = Host::new().seed();
    /// let again = Host::builder().seed(seed).build();
    /// assert_eq!(again.seed(), seed);
    /// ```
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.shared.seed
    }

    /// Ends the test if something was done wrong that it was not told of before.
    ///
    /// # Panics
    /// With the reports, the first 40 if there are more, unless the host only records.
    ///
    /// ```
    /// # use std::ptr::null_mut;
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::v8::{ThreadFreeStorageById, ThreadStorageId};
    /// # use std::panic::{AssertUnwindSafe, catch_unwind};
    /// let host = Host::new();
    /// host.verify(); // Nothing was done wrong so far.
    /// // SAFETY: the mock reports the NULL, and does nothing else.
    /// unsafe { ThreadFreeStorageById(null_mut(), ThreadStorageId { id: 0 }) };
    /// let panic = catch_unwind(AssertUnwindSafe(|| host.verify())).unwrap_err();
    /// let text = panic.downcast::<String>().unwrap();
    /// assert!(text.contains("ThreadFreeStorageById"), "{text}");
    /// host.verify(); // The test was told.
    /// ```
    pub fn verify(&self) {
        if self.shared.record_only {
            return;
        }
        let Some(mut text) = self.shared.reports.tell_text() else {
            return;
        };
        if self.shared.seed_used.load(Ordering::Relaxed) {
            text.push_str(&format!("\n({})", self.seed_hint()));
        }
        panic!("{text}");
    }

    pub(crate) fn seed_hint(&self) -> String {
        let seed = self.shared.seed;
        format!("seed {seed}; Host::builder().seed({seed}) chooses the same flows and packets")
    }

    /// Refuses the `n`-th registration of a thread or flow callback from now, as for lack of
    /// memory. The next one is 1; 0 refuses none.
    ///
    /// A plugin made with the crate `suricata-thread` begins its `Init` by registering a thread init
    /// and a flow init callback of that crate's own. So the author's first callback is the third
    /// where this is called before [`Host::load`], and the first where `init` itself calls it.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCThreadRegisterInitCallback;
    /// # use suricata_thread_sys::ThreadVars;
    /// # unsafe extern "C" fn on_thread(_: *mut ThreadVars, _: *mut c_void) {}
    /// let host = Host::new();
    /// host.refuse_callback(2);
    /// // SAFETY: `on_thread` uses no pointer.
    /// let register = || unsafe { SCThreadRegisterInitCallback(Some(on_thread), null_mut()) };
    /// assert_eq!([register(), register(), register()], [true, false, true]);
    /// ```
    pub fn refuse_callback(&self, n: u64) {
        self.shared.faults.callback.set(n);
    }

    /// Refuses the `n`-th registration of a storage slot from now, as for lack of memory. Only
    /// those count that would succeed.
    ///
    /// ```
    /// # use std::ffi::{CStr, c_void};
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::v8::ThreadStorageRegister;
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// # fn register(name: &'static CStr) -> bool {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(name.as_ptr(), 8, None, Some(free)).id >= 0 }
    /// # }
    /// let host = Host::new();
    /// host.refuse_slot(2);
    /// assert!(register(c"flows")); // calls SCThreadStorageRegister
    /// assert!(!register(c"packets"));
    /// assert!(register(c"bytes"));
    /// ```
    pub fn refuse_slot(&self, n: u64) {
        self.shared.faults.slot.set(n);
    }

    /// Refuses the `n`-th set of a storage slot from now. Only those count that would succeed.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_sys::ThreadVars;
    /// # use suricata_thread_sys::v8::{
    /// #     ThreadSetStorageById, ThreadStorageId, ThreadStorageRegister,
    /// # };
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// # fn register() -> ThreadStorageId {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) }
    /// # }
    /// # fn set(tv: *mut ThreadVars, slot: ThreadStorageId, value: usize) -> bool {
    /// #     // SAFETY: the host's pointer and id; `free` takes any value.
    /// #     unsafe { ThreadSetStorageById(tv, slot, std::ptr::without_provenance_mut(value)) == 0 }
    /// # }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = register(); // calls SCThreadStorageRegister
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// host.refuse_set(1);
    /// assert!(!worker.run(move |tv| set(tv, slot, 7))); // calls ThreadSetStorageById
    /// assert!(worker.run(move |tv| set(tv, slot, 7)));
    /// ```
    pub fn refuse_set(&self, n: u64) {
        self.shared.faults.set.set(n);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if context::plugin_code().is_some() {
            // Its threads may be waiting for this very code: nothing can be taken down.
            eprintln!(
                "suricata-thread-mock: a Host was dropped by code that a host is running; its \
                 threads and values are left as they are"
            );
            context::leave(&self.shared);
            if let Some(running) = context::host() {
                let thread = context::os_thread_name();
                running.report(
                    ReportKind::DrivenFromPlugin,
                    format!("drop of a Host {thread}"),
                    format!(
                        "A Host was dropped by plugin code that a host is running, on thread \
                         `{thread}`. Expected: only the test drives a host. Suricata has no such \
                         function"
                    ),
                );
            }
            self.print_reports();
            return;
        }
        self.shared.take_down();
        self.shared.end();
        context::leave(&self.shared);
        if !thread::panicking() {
            self.verify();
            return;
        }
        self.print_reports();
        if self.shared.seed_used.load(Ordering::Relaxed) {
            eprintln!(
                "suricata-thread-mock: if the failure depends on the flows: {}",
                self.seed_hint()
            );
        }
    }
}

impl Host {
    /// Writes what nobody was told of yet to stderr, where no panic can say it.
    fn print_reports(&self) {
        if self.shared.record_only {
            return;
        }
        if let Some(text) = self.shared.reports.tell_text() {
            eprintln!("suricata-thread-mock: {text}");
        }
    }
}

/// The current thread belongs to a host until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Entered<'a> {
    host: &'a Host,
    on_this_thread: PhantomData<*const ()>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        context::leave(&self.host.shared);
    }
}
