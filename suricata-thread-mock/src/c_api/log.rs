//! The C functions of the log.

use std::ffi::{c_char, c_int};

use suricata_thread_sys::common::SCLogLevel;

use crate::calling::context;
use crate::noun::c_text;
use crate::noun::log_line::{LogLine, level_name, module_shown};
use crate::noun::report::{Report, ReportKind};
use crate::state::reports;

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
        [file, function, module, message].map(|t| unsafe { c_text::text_unless_null(t) });
    let module = module_shown(module.as_deref()).to_owned();
    let message = message.unwrap_or_else(|| "(null)".to_owned());
    let Some(host) = context::host() else {
        let report = Report::new(
            ReportKind::NoHost,
            "SCLogMessage",
            context::os_thread_name(),
        )
        .expected("a thread of a host, or one that holds `host.enter()`")
        .actual("it belongs to no mock host")
        .consequence(format!(
            "No host's log has this line: {}: {module}: {message}",
            level_name(level)
        ));
        reports::stray(report);
        return -1;
    };
    let thread = context::thread_name(&host);
    host.log.add(LogLine {
        level,
        file: file.unwrap_or_default(),
        line,
        function: function.unwrap_or_default(),
        module,
        message,
        thread,
    });
    0
}

/// `SCLogGetLogLevel`.
pub(crate) fn level() -> SCLogLevel {
    match context::host() {
        Some(host) => host.log.level,
        // The message itself says that there is no host, and is printed then.
        None => SCLogLevel::SC_LOG_INFO,
    }
}
