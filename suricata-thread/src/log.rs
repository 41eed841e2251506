//! Macros that write to the host's log, called like [`format!`].
//!
//! There is one macro for each [`Level`], from [`SCLogError!`](crate::SCLogError) to
//! [`SCLogDebug!`](crate::SCLogDebug), and [`log_limited!`](crate::log_limited) for messages that could come with every
//! packet. The arguments are evaluated only if the host logs the level. Whether a line shows file, line, function and
//! module depends on the host's configuration.
//!
//! Control characters except tabs, line separators and bidirectional overrides are escaped. A message that needs more
//! than about 12,000 bytes in a JSON log is cut, and ends with the number of missing bytes.
//!
//! # Threads
//!
//! The macros may be used on any thread. Lines go to the host's log from each thread on which the host has run the
//! plugin's `init`, begun a flow, run a thread init or flow finish callback, or dropped a value. Other lines go to the
//! standard error (`/dev/null` with `-D`): those of threads that the plugin starts, for which the host does not wait
//! before it frees its log, and of workers that have not begun a flow yet.
//!
//! Without a Suricata, notices and more severe lines go to the standard error. Lines that the destructor of a
//! `thread_local!` logs on the main thread are lost, because Suricata has freed its log by then.

use crate::host::functions;
use crate::sys::common::SCLogLevel;

/// The severity of a line in the host's log.
///
/// The most severe level is the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Something failed.
    Error = SCLogLevel::SC_LOG_ERROR.0 as isize,
    /// Something may be wrong.
    Warning = SCLogLevel::SC_LOG_WARNING.0 as isize,
    /// An operator should see this. Packaged configurations log this level and more severe ones.
    Notice = SCLogLevel::SC_LOG_NOTICE.0 as isize,
    /// Progress in normal operation.
    Info = SCLogLevel::SC_LOG_INFO.0 as isize,
    /// Performance figures.
    Perf = SCLogLevel::SC_LOG_PERF.0 as isize,
    /// Settings as the host or the plugin understood them.
    Config = SCLogLevel::SC_LOG_CONFIG.0 as isize,
    /// Details for developers. Unlike `SCLogDebug` in C, these do not need a debug build of the host.
    Debug = SCLogLevel::SC_LOG_DEBUG.0 as isize,
}

/// Returns `true` if the host logs lines of `level`.
///
/// The macros check this themselves. Call it, on any thread, before you collect costly data for a message.
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

/// Logs a message at error level. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogError!("my-plugin: a thread is not counted: {}", "no memory");
/// ```
#[macro_export]
macro_rules! SCLogError {
    ($($arg:tt)+) => { $crate::__log!(Error, $($arg)+) };
}

/// Logs a message at warning level. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogWarning!("my-plugin: {} flows are of unknown source", 3);
/// ```
#[macro_export]
macro_rules! SCLogWarning {
    ($($arg:tt)+) => { $crate::__log!(Warning, $($arg)+) };
}

/// Logs a message at notice level. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogNotice!("my-plugin: a thread saw {} flows", 26);
/// ```
#[macro_export]
macro_rules! SCLogNotice {
    ($($arg:tt)+) => { $crate::__log!(Notice, $($arg)+) };
}

/// Logs a message at info level. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogInfo!("my-plugin: begins");
/// ```
#[macro_export]
macro_rules! SCLogInfo {
    ($($arg:tt)+) => { $crate::__log!(Info, $($arg)+) };
}

/// Logs a message at perf level. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogPerf!("my-plugin: {} flows in the cache", 65536);
/// ```
#[macro_export]
macro_rules! SCLogPerf {
    ($($arg:tt)+) => { $crate::__log!(Perf, $($arg)+) };
}

/// Logs a message at config level. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogConfig!("my-plugin: reports every {} s", 10);
/// ```
#[macro_export]
macro_rules! SCLogConfig {
    ($($arg:tt)+) => { $crate::__log!(Config, $($arg)+) };
}

/// Logs a message at debug level. See [`log`](crate::log).
///
/// ```
/// # use suricata_thread_mock as _;
/// suricata_thread::SCLogDebug!("my-plugin: flow {:#x}", 0xfeed);
/// ```
#[macro_export]
macro_rules! SCLogDebug {
    ($($arg:tt)+) => { $crate::__log!(Debug, $($arg)+) };
}

/// Logs a message at a [`Level`](crate::log::Level), but only the first ten times, the hundredth, the thousandth and so
/// on.
///
/// The first argument is the bare name of a level, such as `Error`. Each place in the source has a count of its own,
/// over all threads and hosts of the process. From the hundredth time on, the line contains the count.
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
                    // First, because the log may cut the end of a long text.
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
