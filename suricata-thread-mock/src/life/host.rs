//! The host.

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

/// A mock of one Suricata process, from the registration phase to the end.
///
/// The thread that builds a host is its main thread, with the kernel name `Suricata-Main`. The host
/// answers the C calls of that thread and of its own threads; others can [enter](Host::enter) it.
/// If a thread built or entered several hosts, the last live one answers.
///
/// Dropping a host shuts it down and [verifies](Host::verify) it; if the thread is panicking
/// already, the findings go to stderr. A drop in plugin code is misuse, and takes nothing down,
/// since threads may be waiting for that code.
///
/// Don't keep a host in a thread-local: other thread-locals are gone when it drops, so free
/// functions find no host.
///
/// # Panics
///
/// Only the test may drive a host: load plugins, and create, use and end threads. Methods that do
/// so panic, even if the host [only records](crate::HostBuilder::record_only):
///
/// - in plugin code, since a second callback would run with the `ThreadVars` of one that has not
///   returned;
/// - in the iterator passed to [`Host::replay`], since the workers are busy until it ends.
#[derive(Debug)]
pub struct Host {
    pub(crate) state: Arc<HostState>,
    /// The thread's kernel name before, which the drop restores.
    pub(crate) name_before: String,
    /// Not `Send`, since the drop removes the host from its thread's list.
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
    /// Threads that the test or the code under test starts need this, or
    /// [`HostBuilder::every_thread`](crate::HostBuilder::every_thread), to call the C API.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCLogLevel;
    /// let host = Host::new();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         let _entered = host.enter();
    ///         plugin::log(SCLogLevel::SC_LOG_INFO, c"started");
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

    /// Registers Suricata's own slots and closes the registration of slots, as Suricata does before
    /// it creates threads.
    ///
    /// A second call does nothing.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says. Unless the host only records, also panics if a plugin
    /// took the name of a slot that [Suricata needs](crate::ReportKind::NameReserved).
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// host.finalize();
    /// assert_eq!(plugin::register_slot(c"flows"), -1);
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

    /// Creates a thread.
    ///
    /// Runs the thread init callbacks on the current thread, as Suricata does, then starts an OS
    /// thread that waits for jobs. Callbacks that use slots need [`Host::finalize`] first.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says, after [`Host::shutdown`], if `name` contains NUL, or
    /// if the system refuses the thread.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// plugin::register_thread_callback();
    /// host.spawn("CW", ThreadKind::Counters);
    /// host.spawn("US", ThreadKind::Command);
    /// assert_eq!(plugin::calls(), 2);
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

    /// Returns the threads in the order in which their init callbacks returned, joined and freed
    /// ones included.
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

    /// Ends the flows, joins the threads, and frees their storage on the current thread.
    ///
    /// A second call does nothing.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says, or in a job that would wait for itself.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = plugin::register_slot(c"flows");
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// worker.run(|tv| plugin::set(tv, slot, 7));
    /// host.shutdown();
    /// assert!(!worker.is_running());
    /// assert_eq!(plugin::calls(), 1); // The slot's free function.
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

    /// Returns the seed of the host's random choices.
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

/// A guard that makes its thread belong to a host; see [`Host::enter`].
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
