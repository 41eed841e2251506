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
//! # Threads
//!
//! They may be called on any thread. On the host's threads, which are those on which it has set the
//! plugin up, created a thread, picked up or finished a flow, or dropped a value, the line goes to the host's log.
//! On others, such as those that the plugin starts itself, it goes to the standard error: at its end
//! the host frees its log, without waiting for threads that it doesn't know. (A worker that has got packets
//! of flows that others began, and has begun none yet, is taken for such a thread too.)
//!
//! Without a Suricata, as in unit tests, notices and what matters more go to the standard error.
//!
//! What the destructor of a `thread_local!` logs on the main thread, as the process ends, is lost: by then
//! Suricata has taken its log down, and set the level so that no line passes.

use crate::host::functions;
use crate::sys::common::SCLogLevel;

/// How much a line of the log matters: the later one here, the less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Something failed.
    Error = SCLogLevel::SC_LOG_ERROR.0 as isize,
    /// Something is likely not as it was meant.
    Warning = SCLogLevel::SC_LOG_WARNING.0 as isize,
    /// What an operator should see: the host's usual level.
    Notice = SCLogLevel::SC_LOG_NOTICE.0 as isize,
    /// What explains the course of things.
    Info = SCLogLevel::SC_LOG_INFO.0 as isize,
    /// Figures on performance.
    Perf = SCLogLevel::SC_LOG_PERF.0 as isize,
    /// How configuration was understood.
    Config = SCLogLevel::SC_LOG_CONFIG.0 as isize,
    /// For developers. Unlike C's, these lines do not need a debug build of the host.
    Debug = SCLogLevel::SC_LOG_DEBUG.0 as isize,
}

/// Whether the host logs lines of `level`.
///
/// The macros ask this themselves; ask it where the data for a message is costly to gather. Any
/// thread may.
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{SCLogDebug, log};
///
/// fn report(sizes: &[u64]) {
///     if log::enabled(log::Level::Debug) {
///         let total: u64 = sizes.iter().sum();
///         SCLogDebug!("{total} bytes in {} flows", sizes.len());
///     }
/// }
/// ```
#[inline]
pub fn enabled(level: Level) -> bool {
    let shown = match functions::SCLogGetLogLevel {
        // SAFETY: takes nothing, and reads a number that the host never frees (H9).
        Some(level) => unsafe { level() }.0,
        None => Level::Notice as i32,
    };
    shown >= level as i32
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log {
    ($level:ident, $($arg:tt)+) => {
        if $crate::log::enabled($crate::log::Level::$level) {
            $crate::__private::write_log(
                $crate::log::Level::$level,
                $crate::__c_str!(::core::file!()),
                ::core::line!(),
                // The type of a closure is named after the function that it stands in.
                ::core::any::type_name_of_val(&|| ()),
                $crate::__c_str!(::core::module_path!()),
                ::core::format_args!($($arg)+),
            );
        }
    };
}

/// Logs at error level, with the arguments of [`format!`]. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogError!("my-plugin: a thread is not counted: {}", "no memory");
/// ```
#[macro_export]
macro_rules! SCLogError {
    ($($arg:tt)+) => { $crate::__log!(Error, $($arg)+) };
}

/// Logs at warning level, with the arguments of [`format!`]. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogWarning!("my-plugin: {} flows are of unknown source", 3);
/// ```
#[macro_export]
macro_rules! SCLogWarning {
    ($($arg:tt)+) => { $crate::__log!(Warning, $($arg)+) };
}

/// Logs at notice level, with the arguments of [`format!`]. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogNotice!("my-plugin: a thread saw {} flows", 26);
/// ```
#[macro_export]
macro_rules! SCLogNotice {
    ($($arg:tt)+) => { $crate::__log!(Notice, $($arg)+) };
}

/// Logs at info level, with the arguments of [`format!`]. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogInfo!("my-plugin: begins");
/// ```
#[macro_export]
macro_rules! SCLogInfo {
    ($($arg:tt)+) => { $crate::__log!(Info, $($arg)+) };
}

/// Logs at perf level, with the arguments of [`format!`]. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogPerf!("my-plugin: {} flows in the cache", 65536);
/// ```
#[macro_export]
macro_rules! SCLogPerf {
    ($($arg:tt)+) => { $crate::__log!(Perf, $($arg)+) };
}

/// Logs at config level, with the arguments of [`format!`]. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogConfig!("my-plugin: reports every {} s", 10);
/// ```
#[macro_export]
macro_rules! SCLogConfig {
    ($($arg:tt)+) => { $crate::__log!(Config, $($arg)+) };
}

/// Logs at debug level, with the arguments of [`format!`]. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogDebug!("my-plugin: flow {:#x}", 0xfeed);
/// ```
#[macro_export]
macro_rules! SCLogDebug {
    ($($arg:tt)+) => { $crate::__log!(Debug, $($arg)+) };
}

/// Logs like the macro of a [`Level`](crate::log::Level), but the first ten times that it comes to this place in the
/// source, the hundredth, the thousandth, and so on.
///
/// For what may happen for every packet. From the hundredth time on, the line says which time it is. The times are
/// counted in the process, over all threads and hosts.
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::log_limited;
///
/// fn count(ports: &mut [u64], port: usize) {
///     match ports.get_mut(port) {
///         Some(packets) => *packets += 1,
///         None => log_limited!(Error, "my-plugin: no such port: {port}"),
///     }
/// }
/// ```
#[macro_export]
macro_rules! log_limited {
    ($level:ident, $($arg:tt)+) => {{
        static __SURICATA_THREAD_TIMES: $crate::__private::Times = $crate::__private::Times::new();
        if $crate::log::enabled($crate::log::Level::$level) {
            if let ::core::option::Option::Some(times) = __SURICATA_THREAD_TIMES.again() {
                if times > $crate::__private::IN_FULL {
                    // Before the text, of which the log may cut the end.
                    $crate::__log!(
                        $level, "{times} times by now: {}", ::core::format_args!($($arg)+)
                    )
                } else {
                    $crate::__log!($level, $($arg)+)
                }
            }
        }
    }};
}
