//! Creating hosts.

use crate::life::builder::HostBuilder;
use crate::life::host::Host;

impl Host {
    /// Starts a host with default options, in its registration phase.
    ///
    /// # Panics
    ///
    /// Panics as [`HostBuilder::build`] does.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// assert_eq!(host.threads().len(), 0);
    /// host.start(RunMode::Single);
    /// assert_eq!(host.threads()[0].name(), "W#01");
    /// ```
    #[allow(clippy::new_without_default, reason = "it has effects on the thread")]
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Returns a builder for a host with other options.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::{SCLogGetLogLevel, SCLogLevel};
    /// let host = Host::builder().log_level(SCLogLevel::SC_LOG_DEBUG).build();
    /// // SAFETY: it takes nothing.
    /// assert_eq!(unsafe { SCLogGetLogLevel() }, SCLogLevel::SC_LOG_DEBUG);
    /// ```
    pub fn builder() -> HostBuilder {
        HostBuilder::new()
    }
}
