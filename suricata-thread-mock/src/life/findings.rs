//! The findings of a host, and its end.

use std::panic::Location;
use std::thread;

use crate::calling::{belonging, context, kernel_name};
use crate::life::host::Host;
use crate::life::take_down;
use crate::noun::expectation::{ErrorCount, Expectation};
use crate::noun::log_line::LogLine;
use crate::noun::report::Report;
use crate::noun::thread_kind::LeftValue;

impl Host {
    /// Returns the log so far: lines of the host and of plugins, up to the host's level.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCLogLevel;
    /// let host = Host::new();
    /// plugin::log(SCLogLevel::SC_LOG_NOTICE, c"3 flows");
    /// let log = host.log();
    /// assert_eq!(log[0].to_string(), "Notice: counter: 3 flows");
    /// assert_eq!(log[0].thread, "Suricata-Main");
    /// ```
    #[must_use]
    pub fn log(&self) -> Vec<LogLine> {
        self.state.log.lines()
    }

    /// Returns the misuse so far, in the order in which it first happened.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::{Host, ReportKind};
    /// let host = Host::builder().record_only().build();
    /// plugin::misuse(); // uses NULL as a `ThreadVars`
    /// plugin::misuse();
    /// let reports = host.reports();
    /// assert_eq!(reports.len(), 1);
    /// assert_eq!((reports[0].kind, reports[0].times), (ReportKind::ThreadVarsUnknown, 2));
    /// ```
    #[must_use]
    pub fn reports(&self) -> Vec<Report> {
        self.state.reports.list()
    }

    /// Returns the values left after [`Host::shutdown`] on threads whose storage the host never
    /// frees.
    ///
    /// Suricata leaks them, too; this is no misuse.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = plugin::register_slot(c"flows");
    /// host.finalize();
    /// host.spawn("US", ThreadKind::Command).run(|tv| plugin::set(tv, slot, 7));
    /// host.shutdown();
    /// let left = &host.left_values()[0];
    /// assert_eq!((&*left.thread, &*left.slot), ("US", "flows"));
    /// ```
    #[must_use]
    pub fn left_values(&self) -> Vec<LeftValue> {
        self.state.threads.left()
    }

    /// Expects one line at error level whose message contains `part`.
    ///
    /// Without that line, [`Host::verify`] panics.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCLogLevel;
    /// let host = Host::new();
    /// host.expect_error("no slot");
    /// plugin::log(SCLogLevel::SC_LOG_ERROR, c"no slot for flows");
    /// host.verify();
    /// ```
    #[track_caller]
    pub fn expect_error(&self, part: &str) {
        self.expect_errors(1, part);
    }

    /// Expects `count` lines at error level whose message contains `part`.
    ///
    /// `count` is a number or a range. Each line counts for one expectation, such that as many
    /// expectations as possible are met.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCLogLevel;
    /// let host = Host::new();
    /// host.expect_errors(1.., "no slot"); // One for each thread.
    /// for _ in 0..3 {
    ///     plugin::log(SCLogLevel::SC_LOG_ERROR, c"no slot for flows");
    /// }
    /// host.verify();
    /// ```
    #[track_caller]
    pub fn expect_errors(&self, count: impl ErrorCount, part: &str) {
        let (least, most) = count.bounds();
        self.state.log.expect(Expectation {
            text: part.to_owned(),
            least,
            most,
            place: Location::caller(),
        });
    }

    /// Verifies that nothing went wrong since the last call.
    ///
    /// # Panics
    ///
    /// Panics after misuse of the C API, or with more or fewer errors in the log than
    /// [expected](Host::expect_error), unless the host [only
    /// records](crate::HostBuilder::record_only). The message has the first 40 reports.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use std::panic::{AssertUnwindSafe, catch_unwind};
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// host.verify(); // Nothing went wrong so far.
    /// plugin::misuse(); // uses NULL as a `ThreadVars`
    /// let panic = catch_unwind(AssertUnwindSafe(|| host.verify())).unwrap_err();
    /// let text = panic.downcast::<String>().unwrap();
    /// assert!(text.contains("expected the ThreadVars of a thread, actually NULL"), "{text}");
    /// host.verify(); // The test was told.
    /// ```
    #[track_caller]
    pub fn verify(&self) {
        if self.state.identity.record_only {
            return;
        }
        let Some(mut text) = self.tell_text() else {
            return;
        };
        if self.state.flows.seed_was_used() {
            text.push_str(&format!("\n({})", self.seed_hint()));
        }
        panic!("{text}");
    }

    fn tell_text(&self) -> Option<String> {
        let texts = [self.state.reports.tell_text(), self.state.log.tell_text()];
        let texts: Vec<_> = texts.into_iter().flatten().collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    pub(crate) fn seed_hint(&self) -> String {
        let seed = self.state.identity.seed;
        format!("seed {seed}; Host::builder().seed({seed}) chooses the same flows and packets")
    }

    /// Prints the reports for a test that is panicking already.
    fn print_reports(&self) {
        if self.state.identity.record_only {
            return;
        }
        if let Some(text) = self.tell_text() {
            eprintln!("suricata-thread-mock: {text}");
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if context::plugin_code().is_some() {
            // Threads may wait for this code, so nothing can be taken down.
            eprintln!(
                "suricata-thread-mock: a Host was dropped by plugin code; its \
                 threads and values are left as they are"
            );
            belonging::leave(&self.state);
            if let Some(running) = belonging::host() {
                let report = context::driven(
                    "the drop of a Host",
                    "by plugin code that a host is running",
                );
                context::report(&running, report);
            }
            self.print_reports();
            return;
        }
        take_down::all(&self.state);
        take_down::end(&self.state);
        belonging::leave(&self.state);
        kernel_name::replace(&self.name_before);
        if !thread::panicking() {
            self.verify();
            return;
        }
        self.print_reports();
        if self.state.flows.seed_was_used() {
            eprintln!(
                "suricata-thread-mock: if the failure depends on the flows: {}",
                self.seed_hint()
            );
        }
    }
}
