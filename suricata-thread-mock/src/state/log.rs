//! The log of a host.

use parking_lot::Mutex;
use suricata_thread_sys::common::SCLogLevel;

use crate::noun::log_line::LogLine;

/// The lines that were logged, up to a level.
pub(crate) struct Log {
    pub(crate) level: SCLogLevel,
    lines: Mutex<Vec<LogLine>>,
}

impl Log {
    pub(crate) fn new(level: SCLogLevel) -> Self {
        Self {
            level,
            lines: Mutex::default(),
        }
    }

    /// Adds a line, unless it is above the host's level.
    pub(crate) fn add(&self, line: LogLine) {
        if line.level.0 <= self.level.0 {
            self.lines.lock().push(line);
        }
    }

    pub(crate) fn lines(&self) -> Vec<LogLine> {
        self.lines.lock().clone()
    }
}
