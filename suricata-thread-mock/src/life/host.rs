//! The host: one life of a Suricata process.

use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, MutexGuard};

use suricata_thread_sys::Generation;

use crate::calling::handles::Handle;
use crate::calling::{belonging, context, kernel_name};
use crate::life::thread::Thread;
use crate::life::{os_thread, own_slots, take_down};
use crate::noun::thread_kind::ThreadKind;
use crate::state::host::HostState;

/// One life of a Suricata process, from the registration phase to the end.
///
/// The thread that builds it is its main thread: what that thread calls of the C API is answered by
/// this host, as is what the host's own threads call. The kernel calls it `Suricata-Main` as long as the
/// host is there; for Rust it keeps its name, of which Suricata's has none. See [`Host::enter`] for others. A thread that
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
/// - in plugin code, whatever [`HostBuilder::record_only`](crate::HostBuilder::record_only) says: a callback that has not returned would
///   be followed by a second one with the same `ThreadVars`;
/// - in the iterator that [`Host::replay`] takes its packets from: the workers are busy until that
///   ends.
#[derive(Debug)]
pub struct Host {
    pub(crate) state: Arc<HostState>,
    /// The kernel's name of this thread before it was the host's main one.
    pub(crate) name_before: String,
    /// It leaves the thread's list of hosts when dropped, so it stays on that thread.
    on_its_main_thread: PhantomData<MutexGuard<'static, ()>>,
}

impl Host {
    pub(crate) fn of(state: Arc<HostState>) -> Self {
        Self {
            state,
            name_before: kernel_name::replace("Suricata-Main"),
            on_its_main_thread: PhantomData,
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
        self.state.identity.generation
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
    pub fn enter(&self) -> EnteredGuard<'_> {
        belonging::enter(&self.state);
        EnteredGuard {
            host: self,
            on_this_thread: PhantomData,
        }
    }

    /// Registers the slots of Suricata's own and closes the registration of storage slots, as the host
    /// does before it creates threads. Closing it again changes nothing.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics), and where a plugin has taken the name of a slot
    /// of Suricata's own, unless the host only records.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_mock::{Generation, Host};
    /// # use suricata_thread_sys::v8::ThreadStorageRegister;
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// let host = Host::builder().generation(Generation::V8).build();
    /// host.finalize();
    /// // SAFETY: the name and the function stay; `free` takes any value.
    /// let slot = unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) };
    /// assert_eq!(slot.id, -1);
    /// ```
    #[track_caller]
    pub fn finalize(&self) {
        context::assert_drivable(&self.state, "Host::finalize");
        if self.state.slots.is_finalized() {
            return;
        }
        let registered = own_slots::register(&self.state);
        self.state.slots.finalize();
        self.state.flow_slots.finalize();
        match registered {
            Err(report) if !self.state.identity.record_only => panic!("{report}"),
            _ => {}
        }
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
    #[track_caller]
    pub fn spawn(&self, name: &str, kind: ThreadKind) -> Thread {
        match self.try_spawn(name, kind) {
            Ok(thread) => thread,
            Err(e) => panic!("{e}"),
        }
    }

    #[track_caller]
    pub(crate) fn try_spawn(&self, name: &str, kind: ThreadKind) -> io::Result<Thread> {
        context::assert_drivable(&self.state, "Host::spawn");
        let handle = os_thread::spawn(&self.state, name, kind)?;
        Ok(Thread { handle })
    }

    /// The threads created so far, in the order in which their init callbacks had run; joined and
    /// freed ones too, but not one whose init callbacks are still running.
    ///
    /// ```
    /// # use suricata_thread_mock::{Generation, Host, RunMode};
    /// let host = Host::builder().generation(Generation::V8).build();
    /// host.start(RunMode::Single);
    /// let threads = host.threads();
    /// let names: Vec<_> = threads.iter().map(|thread| thread.name()).collect();
    /// assert_eq!(names, ["W#01", "FM#01", "FR#01"]);
    /// ```
    #[must_use]
    pub fn threads(&self) -> Vec<Thread> {
        let threads = self.state.threads.list.lock();
        let thread = |thread: &Arc<_>| Thread {
            handle: Handle {
                host: Arc::clone(&self.state),
                thread: Arc::clone(thread),
            },
        };
        threads.iter().map(thread).collect()
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
    /// # use suricata_thread_mock::{Generation, Host, ThreadKind};
    /// let host = Host::builder().generation(Generation::V8).build();
    /// let slot = register(); // calls SCThreadStorageRegister
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// worker.run(move |tv| set(tv, slot, 7)); // calls ThreadSetStorageById
    /// host.shutdown();
    /// assert!(!worker.is_running());
    /// assert_eq!(FREED.load(Relaxed), 1); // The slot's free function counts its calls.
    /// ```
    #[track_caller]
    pub fn shutdown(&self) {
        context::assert_drivable(&self.state, "Host::shutdown");
        if let Some(me) = context::worker() {
            let own = self
                .state
                .threads
                .list
                .lock()
                .iter()
                .any(|t| t.cells.token == me);
            assert!(
                !own,
                "Host::shutdown was called by a job on thread `{}`, which it would wait for",
                context::os_thread_name()
            );
        }
        take_down::all(&self.state);
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
        self.state.identity.seed
    }
}

/// The current thread belongs to a host until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct EnteredGuard<'a> {
    host: &'a Host,
    on_this_thread: PhantomData<*const ()>,
}

impl Drop for EnteredGuard<'_> {
    fn drop(&mut self) {
        belonging::leave(&self.host.state);
    }
}
