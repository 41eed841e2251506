//! Options of a host.

use std::ffi::OsStr;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use suricata_thread_sys::Generation;
use suricata_thread_sys::common::SCLogLevel;

use crate::calling::{belonging, last_words, watchdog};
use crate::life::host::Host;
use crate::life::own_slots;
use crate::noun::log_line::LogLine;
use crate::noun::options::{Options, Sink};
use crate::state::host::HostState;

/// Says which Suricata hosts play whose test does not say.
const VARIABLE: &str = "SURICATA_MOCK";

fn generation_named(major: &OsStr) -> Option<Generation> {
    Generation::from_major(major.to_str()?.parse().ok()?)
}

/// Configures and builds a [`Host`].
///
/// ```
/// use suricata_thread_mock::{Generation, Host};
///
/// let host = Host::builder().generation(Generation::V8).seed(7).build();
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct HostBuilder {
    generation: Option<Generation>,
    every_thread: bool,
    options: Options,
}

impl HostBuilder {
    /// Everything as [`Host::new`] has it.
    pub(crate) fn new() -> Self {
        Self {
            generation: None,
            every_thread: false,
            options: Options {
                log_level: SCLogLevel::SC_LOG_INFO,
                log_to: None,
                record_only: false,
                is_program: false,
                shared_values: false,
                seed: None,
                callback_limit: 30_000,
            },
        }
    }

    /// Chooses the generation of Suricata that the host plays.
    ///
    /// Without it, that is the major version in the environment variable `SURICATA_MOCK`, 8 or 9, and
    /// where that is not set, 8, which runs in production. So a test suite that leaves the choice
    /// open runs against either, unedited.
    ///
    /// ```
    /// use suricata_thread_mock::{Generation, Host};
    ///
    /// let host = Host::builder().generation(Generation::V9).build();
    /// assert_eq!(host.generation(), Generation::V9);
    /// ```
    pub fn generation(mut self, generation: Generation) -> Self {
        self.generation = Some(generation);
        self
    }

    /// The host's level, INFO without this: what `SCLogGetLogLevel` answers, and up to which lines are
    /// logged. In Suricata that is the level of the output that logs most; only one without any
    /// `logging` in its configuration writes every line.
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
    /// let host = Host::builder().log_level(SCLogLevel::SC_LOG_ERROR).build();
    /// log(SCLogLevel::SC_LOG_NOTICE, c"counter", c"3 flows"); // calls SCLogMessage
    /// host.expect_error("no slot");
    /// log(SCLogLevel::SC_LOG_ERROR, c"counter", c"no slot");
    /// assert_eq!(host.log().len(), 1);
    /// assert_eq!(host.log()[0].message, "no slot");
    /// ```
    pub fn log_level(mut self, level: SCLogLevel) -> Self {
        self.options.log_level = level;
        self
    }

    /// Has `sink` get each line of the log when it comes, on the thread that logs. It must not drive a
    /// host.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let host = Host::builder().log_to(|line| println!("{line}")).build();
    /// ```
    pub fn log_to(mut self, sink: impl Fn(&LogLine) + Send + Sync + 'static) -> Self {
        self.options.log_to = Some(Sink(Arc::new(sink)));
        self
    }

    /// Records misuse and does not panic with it: the test looks at [`Host::reports`]. What plugin
    /// code [must not drive](Host#panics) panics there all the same.
    ///
    /// ```
    /// # use std::ptr::null_mut;
    /// # use suricata_thread_mock::{Host, ReportKind};
    /// # use suricata_thread_sys::v8::{ThreadFreeStorageById, ThreadStorageId};
    /// let host = Host::builder().record_only().build();
    /// // SAFETY: the mock reports the NULL, and does nothing else.
    /// unsafe { ThreadFreeStorageById(null_mut(), ThreadStorageId { id: 0 }) };
    /// assert_eq!(host.reports()[0].kind, ReportKind::ThreadVarsUnknown);
    /// host.verify(); // Does not panic, nor does dropping the host.
    /// ```
    pub fn record_only(mut self) -> Self {
        self.options.record_only = true;
        self
    }

    /// For a program that shows the log itself, with [`log_to`](Self::log_to): reports are written to stderr when they
    /// happen, and the log is not written again where plugin code ends the process.
    #[doc(hidden)]
    pub fn for_program(mut self) -> Self {
        self.options.is_program = true;
        self
    }

    /// Makes every thread of the process that belongs to no host belong to this one: those that
    /// plugins start themselves call the host that is there, as in Suricata. For programs that run
    /// one host at a time; of several, the last one built has those threads.
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
    /// let host = Host::builder().every_thread().build();
    /// let of_the_plugin = std::thread::spawn(|| {
    ///     log(SCLogLevel::SC_LOG_INFO, c"counter", c"started"); // calls SCLogMessage
    /// });
    /// of_the_plugin.join().unwrap();
    /// assert_eq!(host.log()[0].message, "started");
    /// ```
    pub fn every_thread(mut self) -> Self {
        self.every_thread = true;
        self
    }

    /// Lets a value be in several slots, of one thread or of several: one whose free function gives
    /// up a reference (`Arc::into_raw`, for each slot one), or that is static and whose free
    /// function does nothing. The free function is called for each slot that holds the value, as
    /// Suricata does.
    ///
    /// Without it a second slot is reported as
    /// [`ReportKind::ValueFreedTwice`](crate::ReportKind::ValueFreedTwice) and the free function is
    /// called once, as is right for a value with one owner.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::sync::Arc;
    /// # use suricata_thread_mock::{Generation, Host, ThreadKind};
    /// # use suricata_thread_sys::ThreadVars;
    /// # use suricata_thread_sys::v8::{
    /// #     ThreadSetStorageById, ThreadStorageId, ThreadStorageRegister,
    /// # };
    /// # unsafe extern "C" fn free(value: *mut c_void) {
    /// #     // SAFETY: the slots hold what `set` stored.
    /// #     drop(unsafe { Arc::from_raw(value.cast::<u64>()) });
    /// # }
    /// # fn register() -> ThreadStorageId {
    /// #     // SAFETY: the name and the function stay; `free` is for what `set` stores.
    /// #     unsafe { ThreadStorageRegister(c"limit".as_ptr(), 8, None, Some(free)) }
    /// # }
    /// # fn set(tv: *mut ThreadVars, slot: ThreadStorageId, value: Arc<u64>) {
    /// #     let value = Arc::into_raw(value).cast_mut().cast();
    /// #     // SAFETY: the host's pointer and id; `free` is for this.
    /// #     unsafe { ThreadSetStorageById(tv, slot, value) };
    /// # }
    /// let host = Host::builder().generation(Generation::V8).shared_values().build();
    /// let slot = register(); // with a free function that drops an `Arc`
    /// host.finalize();
    /// let limit = Arc::new(100);
    /// for name in ["W#01", "W#02"] {
    ///     host.spawn(name, ThreadKind::Worker).run(|tv| set(tv, slot, Arc::clone(&limit)));
    /// }
    /// assert_eq!(Arc::strong_count(&limit), 3);
    /// host.shutdown();
    /// assert_eq!(Arc::strong_count(&limit), 1);
    /// ```
    pub fn shared_values(mut self) -> Self {
        self.options.shared_values = true;
        self
    }

    /// Chooses what is random in [`Host::traffic`] and [`Host::flow`]; another one each time
    /// without it.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// let traffic = || {
    ///     let host = Host::builder().seed(7).build();
    ///     host.start(RunMode::Workers { threads: 2 });
    ///     host.traffic(Traffic::default())
    /// };
    /// assert_eq!(traffic(), traffic()); // The same flows for each worker.
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self
    }

    /// Chooses how long plugin code may run without that any of this host's returns, 30 s without it.
    /// After that it counts as hung: a line names the plugin, the code and the thread, and the process
    /// ends as failed. Zero is no limit. Under a debugger there is none.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use suricata_thread_mock::Host;
    /// let host = Host::builder().callback_limit(Duration::from_secs(120)).build();
    /// ```
    pub fn callback_limit(mut self, limit: Duration) -> Self {
        self.options.callback_limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Starts the host; the current thread is its main thread.
    ///
    /// # Panics
    ///
    /// Panics if the environment variable `SURICATA_MOCK` decides on the
    /// [generation](Self::generation), and is neither 8 nor 9.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let host = Host::builder().seed(7).build();
    /// assert_eq!(host.seed(), 7);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn build(self) -> Host {
        let generation = match (self.generation, std::env::var_os(VARIABLE)) {
            (Some(chosen), _) => chosen,
            (None, None) => Generation::V8,
            (None, Some(text)) => generation_named(&text).unwrap_or_else(|| {
                panic!(
                    "{VARIABLE} is {text:?}: set it to 8 or 9, the major version of the Suricata that \
                     hosts play, or unset it"
                )
            }),
        };
        let state = Arc::new(HostState::new(
            &self.options,
            generation,
            Location::caller(),
        ));
        own_slots::register_early(&state);
        last_words::watch();
        watchdog::watch(&state);
        belonging::enter(&state);
        if self.every_thread {
            belonging::serve_every_thread(&state);
        }
        Host::of(state)
    }
}
