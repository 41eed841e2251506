//! The host's log.
//!
//! One macro a level, called like [`format!`]; each passes on the file, line, function and module
//! that it stands in, for the host to print as its configuration says. A message below the host's
//! level is not formatted at all, and its arguments are not evaluated. A NUL in a message is printed
//! as `\0`.
//!
//! | macro | level |
//! | --- | --- |
//! | [`SCLogError!`](crate::SCLogError) | error |
//! | [`SCLogWarning!`](crate::SCLogWarning) | warning |
//! | [`SCLogNotice!`](crate::SCLogNotice) | notice |
//! | [`SCLogInfo!`](crate::SCLogInfo) | info |
//! | [`SCLogPerf!`](crate::SCLogPerf) | perf |
//! | [`SCLogConfig!`](crate::SCLogConfig) | config |
//! | [`SCLogDebug!`](crate::SCLogDebug) | debug |
//!
//! They may be called on any thread.

use std::ffi::{CStr, CString};
use std::fmt::{self, Write};

use crate::sys::{self, SCLogLevel};

/// Whether the host logs messages of `level`.
///
/// The macros ask this themselves; ask it where the data for a message is costly to gather.
#[inline]
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{SCLogDebug, log, sys::SCLogLevel};
///
/// fn report(sizes: &[u64]) {
///     if log::enabled(SCLogLevel::SC_LOG_DEBUG) {
///         let total: u64 = sizes.iter().sum();
///         SCLogDebug!("{total} bytes in {} flows", sizes.len());
///     }
/// }
/// ```
pub fn enabled(level: SCLogLevel) -> bool {
    // SAFETY: takes nothing, and may be called on any thread.
    unsafe { sys::SCLogGetLogLevel() }.0 >= level.0
}

/// What the macros expand to.
#[doc(hidden)]
#[cold]
pub fn log(
    level: SCLogLevel,
    file: &CStr,
    line: u32,
    function: &str,
    module: &CStr,
    message: fmt::Arguments<'_>,
) {
    let mut text = String::new();
    if text.write_fmt(message).is_err() {
        text.push_str(" (cut short: an argument's Display returned an error)");
    }
    let function = c_string(function.trim_end_matches("::{{closure}}").into());
    let message = c_string(text);
    // SAFETY: all are C strings that outlive the call; the host copies what it keeps.
    unsafe {
        sys::SCLogMessage(
            level,
            file.as_ptr(),
            line,
            function.as_ptr(),
            module.as_ptr(),
            message.as_ptr(),
        )
    };
}

fn c_string(text: String) -> CString {
    CString::new(text).unwrap_or_else(|e| {
        let text = e.into_vec();
        let text = String::from_utf8_lossy(&text).replace('\0', "\\0");
        CString::new(text).unwrap_or_default()
    })
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log {
    ($level:ident, $($arg:tt)+) => {
        if $crate::log::enabled($crate::sys::SCLogLevel::$level) {
            $crate::log::log(
                $crate::sys::SCLogLevel::$level,
                $crate::__c_str!(file!()),
                line!(),
                // The type of a closure is named after the function that it stands in.
                ::std::any::type_name_of_val(&|| ()),
                $crate::__c_str!(module_path!()),
                ::std::format_args!($($arg)+),
            );
        }
    };
}

/// Logs at error level, with the arguments of [`format!`]. See [`log`](crate::log).
#[macro_export]
macro_rules! SCLogError {
    ($($arg:tt)+) => { $crate::__log!(SC_LOG_ERROR, $($arg)+) };
}

/// Logs at warning level, with the arguments of [`format!`]. See [`log`](crate::log).
#[macro_export]
macro_rules! SCLogWarning {
    ($($arg:tt)+) => { $crate::__log!(SC_LOG_WARNING, $($arg)+) };
}

/// Logs at notice level, with the arguments of [`format!`]. See [`log`](crate::log).
#[macro_export]
macro_rules! SCLogNotice {
    ($($arg:tt)+) => { $crate::__log!(SC_LOG_NOTICE, $($arg)+) };
}

/// Logs at info level, with the arguments of [`format!`]. See [`log`](crate::log).
#[macro_export]
macro_rules! SCLogInfo {
    ($($arg:tt)+) => { $crate::__log!(SC_LOG_INFO, $($arg)+) };
}

/// Logs at perf level, with the arguments of [`format!`]. See [`log`](crate::log).
#[macro_export]
macro_rules! SCLogPerf {
    ($($arg:tt)+) => { $crate::__log!(SC_LOG_PERF, $($arg)+) };
}

/// Logs at config level, with the arguments of [`format!`]. See [`log`](crate::log).
#[macro_export]
macro_rules! SCLogConfig {
    ($($arg:tt)+) => { $crate::__log!(SC_LOG_CONFIG, $($arg)+) };
}

/// Logs at debug level, with the arguments of [`format!`]. See [`log`](crate::log).
#[macro_export]
macro_rules! SCLogDebug {
    ($($arg:tt)+) => { $crate::__log!(SC_LOG_DEBUG, $($arg)+) };
}
