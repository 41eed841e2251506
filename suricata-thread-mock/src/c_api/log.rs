//! The log.

use std::ffi::{c_char, c_int};

use suricata_thread_sys::common::SCLogLevel;

use crate::calling::{belonging, context};
use crate::noun::c_text;
use crate::noun::log_line::{LogLine, level_name, module_shown};
use crate::noun::report::{Report, ReportKind};
use crate::state::reports;

/// Logs a message. Returns 0 even above the host's level, as Suricata 8.0.8 does.
///
/// # Safety
///
/// Each text is NULL or a C string.
pub(crate) unsafe fn message(
    level: SCLogLevel,
    file: *const c_char,
    line: u32,
    function: *const c_char,
    module: *const c_char,
    message: *const c_char,
) -> c_int {
    let texts = [file, function, module, message];
    // SAFETY: each is NULL or a C string by the caller's promise.
    let texts = texts.map(|text| unsafe { c_text::text_unless_null(text) });
    let [file, function, module, message] = texts;
    let module = module_shown(module.as_deref()).to_owned();
    let message = message.unwrap_or_else(|| "(null)".to_owned());
    let Some(host) = belonging::host() else {
        let is_over = belonging::has_outlived();
        let line = format!("{}: {module}: {message}", level_name(level));
        stray(
            "SCLogMessage",
            is_over,
            format!("No host's log has this line: {line}"),
        );
        return if is_over { 0 } else { -1 };
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

pub(crate) fn level() -> SCLogLevel {
    if let Some(host) = belonging::host() {
        return host.log.level;
    }
    if belonging::has_outlived() {
        let consequence = "Its log takes no line any more, and the level is 0, as in Suricata";
        stray("SCLogGetLogLevel", true, consequence.to_owned());
        return SCLogLevel::SC_LOG_NONE;
    }
    // Not 0, so that the caller logs its message, and the report shows it.
    SCLogLevel::SC_LOG_INFO
}

/// Reports a call on a thread without a host; `is_over` if it had one.
fn stray(call: &str, is_over: bool, consequence: String) {
    let (expected, actual, remedy) = if is_over {
        (
            "before the host ends",
            "the host of this thread has ended, and its log with it",
            "",
        )
    } else {
        (
            "a thread of a host, or one that holds `host.enter()`",
            "it belongs to no mock host",
            context::EVERY_THREAD_REMEDY,
        )
    };
    let report = Report::new(ReportKind::NoHost, call, context::os_thread_name())
        .expected(expected)
        .actual(actual)
        .consequence(consequence)
        .remedy(remedy);
    reports::stray(report);
}
