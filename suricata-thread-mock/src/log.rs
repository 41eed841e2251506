//! What the host logged.

use std::ffi::{CStr, c_char, c_int};
use std::fmt;

use suricata_thread_sys::common::SCLogLevel;

use crate::context;
use crate::report;
use crate::report::ReportKind;
use crate::shared::Shared;

/// A line of the host's log. The host's own lines have neither file, line nor function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// The level, as it was passed to `SCLogMessage`.
    pub level: SCLogLevel,
    /// The source file, as the caller gave it.
    pub file: String,
    /// The line in that file.
    pub line: u32,
    /// The function, as the caller gave it.
    pub function: String,
    /// The module, as the caller gave it.
    pub module: String,
    /// The text.
    pub message: String,
    /// The name of the thread that logged; the host's main thread is `Suricata-Main`.
    pub thread: String,
}

impl fmt::Display for LogLine {
    /// Level, module and text, as Suricata prints them to a console.
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
    /// The level as Suricata writes it: `Error`, `Warning`, `Notice` and so on.
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
    /// let host = Host::new();
    /// log(SCLogLevel::SC_LOG_WARNING, c"counter", c"no flows"); // calls SCLogMessage
    /// assert_eq!(host.log()[0].level_name(), "Warning");
    /// ```
    #[must_use]
    pub fn level_name(&self) -> &'static str {
        level_name(self.level)
    }
}

fn level_name(level: SCLogLevel) -> &'static str {
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
        _ => "Unknown level",
    }
}

impl Shared {
    /// A line of the host's own.
    pub(crate) fn log_own(&self, level: SCLogLevel, module: &str, message: String) {
        if level.0 > self.log_level.0 {
            return;
        }
        self.log.lock().push(LogLine {
            level,
            file: String::new(),
            line: 0,
            function: String::new(),
            module: module.to_owned(),
            message,
            thread: self.thread_name(),
        });
    }
}

/// A C string's text; NULL is the empty text.
///
/// # Safety
/// `text` is NULL or a C string.
pub(crate) unsafe fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not NULL, so a C string by the caller's promise.
    unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}

/// `SCLogMessage`. Leaves out what is above the host's level, as the outputs of Suricata 8.0.8 do, and
/// answers 0 for that too.
///
/// # Safety
/// Each text is NULL or a C string.
pub(crate) unsafe fn message(
    level: SCLogLevel,
    file: *const c_char,
    line: u32,
    function: *const c_char,
    module: *const c_char,
    message: *const c_char,
) -> c_int {
    // SAFETY: each is NULL or a C string by the caller's promise.
    let [file, function, module, message] =
        [file, function, module, message].map(|t| unsafe { text(t) });
    let Some(host) = context::host() else {
        report::stray(
            ReportKind::NoHost,
            format!(
                "SCLogMessage was called on thread `{}`, which belongs to no mock host, so that no \
                 host's log has this line: {}: {module}: {message}. A thread belongs to a host \
                 while it holds `host.enter()`",
                context::os_thread_name(),
                level_name(level)
            ),
        );
        return -1;
    };
    if level.0 > host.log_level.0 {
        return 0;
    }
    let thread = host.thread_name();
    host.log.lock().push(LogLine {
        level,
        file,
        line,
        function,
        module,
        message,
        thread,
    });
    0
}

/// `SCLogGetLogLevel`.
pub(crate) fn level() -> SCLogLevel {
    match context::host() {
        Some(host) => host.log_level,
        // The message itself says that there is no host, and is printed then.
        None => SCLogLevel::SC_LOG_INFO,
    }
}
