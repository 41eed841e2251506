//! The ways to a host.

use crate::life::builder::HostBuilder;
use crate::life::host::Host;

impl Host {
    /// Starts a host in its registration phase, strict, with a random seed. It plays Suricata 8.0,
    /// unless the environment says [otherwise](HostBuilder::generation).
    ///
    /// # Panics
    ///
    /// As [`HostBuilder::build`].
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
    pub fn builder() -> HostBuilder {
        HostBuilder::new()
    }
}
