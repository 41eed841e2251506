//! Options of a host, as its builder gathers them.

use suricata_thread_sys::common::SCLogLevel;

/// Options of a host.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) log_level: SCLogLevel,
    pub(crate) record_only: bool,
    pub(crate) shared_values: bool,
    pub(crate) seed: Option<u64>,
    /// In milliseconds; 0 for none.
    pub(crate) callback_limit: u64,
}
