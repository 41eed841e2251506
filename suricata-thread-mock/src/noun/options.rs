//! Options of a host.

use std::fmt;
use std::sync::Arc;

use suricata_thread_sys::common::SCLogLevel;

use crate::noun::log_line::LogLine;

#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) log_level: SCLogLevel,
    pub(crate) log_to: Option<Sink>,
    pub(crate) record_only: bool,
    pub(crate) is_program: bool,
    pub(crate) shared_values: bool,
    pub(crate) seed: Option<u64>,
    /// In milliseconds; 0 for none.
    pub(crate) callback_limit: u64,
}

#[derive(Clone)]
pub(crate) struct Sink(pub(crate) Arc<dyn Fn(&LogLine) + Send + Sync>);

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}
