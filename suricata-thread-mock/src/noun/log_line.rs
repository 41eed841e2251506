//! A line of the log.

use std::fmt;

use suricata_thread_sys::common::SCLogLevel;

/// A line of the host's log.
///
/// The host's own lines have no file, line or function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// The level of the line.
    pub level: SCLogLevel,
    /// The caller's source file; empty for NULL.
    pub file: String,
    /// The line number in the source file.
    pub line: u32,
    /// The caller's function; empty for NULL.
    pub function: String,
    /// The module as Suricata writes it.
    ///
    /// NULL becomes `unknown`, `detect-engine…` becomes `detect`, and `source-pcap-file…` becomes
    /// `pcap`. Other modules lose the prefix `tm-`, `util-`, `source-` or `runmode-`.
    pub module: String,
    /// The text; `(null)` for NULL, as in Suricata.
    pub message: String,
    /// The name of the thread that logged; `Suricata-Main` for the host's main thread.
    pub thread: String,
}

impl fmt::Display for LogLine {
    /// Writes level, module and text, as Suricata does on a console.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {}",
            self.level_name(),
            self.module,
            self.message
        )
    }
}

impl LogLine {
    /// Returns the level's name in Suricata, such as `Error`, or `INVALID` if the level has none.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCLogLevel;
    /// let host = Host::new();
    /// plugin::log(SCLogLevel::SC_LOG_WARNING, c"no flows");
    /// assert_eq!(host.log()[0].level_name(), "Warning");
    /// ```
    #[must_use]
    pub fn level_name(&self) -> &'static str {
        level_name(self.level)
    }
}

pub(crate) fn level_name(level: SCLogLevel) -> &'static str {
    match level {
        SCLogLevel::SC_LOG_NOTSET => "Not set",
        SCLogLevel::SC_LOG_NONE => "None",
        SCLogLevel::SC_LOG_ERROR => "Error",
        SCLogLevel::SC_LOG_WARNING => "Warning",
        SCLogLevel::SC_LOG_NOTICE => "Notice",
        SCLogLevel::SC_LOG_INFO => "Info",
        SCLogLevel::SC_LOG_PERF => "Perf",
        SCLogLevel::SC_LOG_CONFIG => "Config",
        SCLogLevel::SC_LOG_DEBUG => "Debug",
        _ => "INVALID",
    }
}

/// Returns the module as Suricata writes it; `None` stands for NULL.
pub(crate) fn module_shown(module: Option<&str>) -> &str {
    let Some(module) = module else {
        return "unknown";
    };
    if module.starts_with("detect-engine") {
        return "detect";
    }
    if module.starts_with("source-pcap-file") {
        return "pcap";
    }
    ["tm-", "util-", "source-", "runmode-"]
        .into_iter()
        .find_map(|prefix| module.strip_prefix(prefix))
        .unwrap_or(module)
}
