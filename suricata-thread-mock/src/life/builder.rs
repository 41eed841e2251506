//! Building a host.

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

    /// Sets the generation of Suricata that the host plays.
    ///
    /// By default, the environment variable `SURICATA_MOCK` decides; if it is unset, the host plays
    /// 8.0.
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

    /// Sets the host's log level, INFO by default.
    ///
    /// `SCLogGetLogLevel` returns this level, and the log has the lines up to it. An error that the
    /// level hides still fails the test.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCLogLevel;
    /// let host = Host::builder().log_level(SCLogLevel::SC_LOG_ERROR).build();
    /// plugin::log(SCLogLevel::SC_LOG_NOTICE, c"3 flows");
    /// host.expect_error("no slot");
    /// plugin::log(SCLogLevel::SC_LOG_ERROR, c"no slot");
    /// assert_eq!(host.log().len(), 1);
    /// assert_eq!(host.log()[0].message, "no slot");
    /// ```
    pub fn log_level(mut self, level: SCLogLevel) -> Self {
        self.options.log_level = level;
        self
    }

    /// Calls `sink` for each line of the log, on the thread that logs.
    ///
    /// `sink` must not drive a host.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let host = Host::builder().log_to(|line| println!("{line}")).build();
    /// ```
    pub fn log_to(mut self, sink: impl Fn(&LogLine) + Send + Sync + 'static) -> Self {
        self.options.log_to = Some(Sink(Arc::new(sink)));
        self
    }

    /// Records misuse for [`Host::reports`], and errors for [`Host::log`], without panicking.
    ///
    /// Methods that [drive a host](Host#panics) still panic in plugin code.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::{Host, ReportKind};
    /// let host = Host::builder().record_only().build();
    /// plugin::misuse(); // uses NULL as a `ThreadVars`
    /// assert_eq!(host.reports()[0].kind, ReportKind::ThreadVarsUnknown);
    /// host.verify(); // Does not panic, nor does dropping the host.
    /// ```
    pub fn record_only(mut self) -> Self {
        self.options.record_only = true;
        self
    }

    /// Writes reports to stderr at once, and leaves the log to [`log_to`](Self::log_to): for a
    /// program that shows it.
    #[doc(hidden)]
    pub fn for_program(mut self) -> Self {
        self.options.is_program = true;
        self
    }

    /// Makes every thread without a host belong to this one, so that threads started by plugins can
    /// call the C API as in Suricata.
    ///
    /// Among several such hosts, threads belong to the one built last.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCLogLevel;
    /// let host = Host::builder().every_thread().build();
    /// let of_plugin = std::thread::spawn(|| plugin::log(SCLogLevel::SC_LOG_INFO, c"started"));
    /// of_plugin.join().unwrap();
    /// assert_eq!(host.log()[0].message, "started");
    /// ```
    pub fn every_thread(mut self) -> Self {
        self.every_thread = true;
        self
    }

    /// Lets several slots hold the same value, and frees it for each slot, as Suricata does.
    ///
    /// Use this if each slot has a reference of its own (`Arc::into_raw`), or if the free function
    /// does nothing. By default, shared values are [misuse](crate#values-in-two-slots).
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

    /// Sets the seed of the host's random choices, a random one by default.
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

    /// Sets the time after which plugin code that does not return counts as [hung](crate#ends): 30
    /// seconds by default.
    ///
    /// Any callback that returns restarts the time. Zero means no limit. Under a debugger, there is
    /// none.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use suricata_thread_mock::Host;
    /// let host = Host::builder().callback_limit(Duration::from_secs(120)).build();
    /// ```
    pub fn callback_limit(mut self, limit: Duration) -> Self {
        self.options.callback_limit =
            u64::try_from(limit.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
        self
    }

    /// Starts the host, and makes the current thread its main thread.
    ///
    /// # Panics
    ///
    /// Panics if `SURICATA_MOCK` decides the [generation](Self::generation) and is neither 8 nor 9.
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
        last_words::watch(&state);
        watchdog::watch();
        belonging::enter(&state);
        if self.every_thread {
            belonging::serve_every_thread(&state);
        }
        Host::of(state)
    }
}
