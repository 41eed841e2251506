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

use std::ffi::{CStr, c_char};
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;

use crate::host::functions;
use crate::sys::common::SCLogLevel;
use crate::{host_thread, plugin_name};

/// How much a line of the log matters: the later one here, the less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// What the macros expand to.
#[doc(hidden)]
#[cold]
pub fn log(
    level: Level,
    file: &CStr,
    line: u32,
    function: &str,
    module: &CStr,
    message: fmt::Arguments<'_>,
) {
    let hosts = functions::SCLogMessage.filter(|_| host_thread::is_marked());
    let Some(log_message) = hosts else {
        let name = plugin_name::get();
        let mut line = CText::new(LONGEST, format_args!("plugin {name}: {level:?}: {message}"));
        line.end_line();
        // Where the standard error is closed there is nowhere left to say so.
        let _ = stderr().write_all(&line.bytes);
        return;
    };
    let mut function = function;
    while let Some(outer) = function.strip_suffix("::{{closure}}") {
        function = outer;
    }
    let function = CText::new(1_000, format_args!("{function}"));
    let others = [file.to_bytes(), module.to_bytes(), &function.bytes];
    let others: usize = others.into_iter().map(length_in_json).sum();
    let message = CText::new(LONGEST.saturating_sub(others), message);
    // SAFETY: the pointers are to C strings that outlive the call, and the host copies what it keeps. The
    // thread is the host's (R7), which keeps its log until it has joined it (H6).
    unsafe {
        log_message(
            SCLogLevel(level as i32),
            file.as_ptr(),
            line,
            function.as_ptr(),
            module.as_ptr(),
            message.as_ptr(),
        )
    };
}

/// The standard error, without the lock and the buffers of std's: one line is one write.
fn stderr() -> ManuallyDrop<File> {
    // SAFETY: nobody closes it by this `File`, which is never dropped.
    ManuallyDrop::new(unsafe { File::from_raw_fd(2) })
}

/// The longest text, in bytes as JSON: some Suricatas read past a buffer where a line of a log in JSON has more than
/// 12,800 bytes, with what the host adds.
const LONGEST: usize = 12_000;

/// A text for the host: one line, which ends in a NUL, has none before, and is cut where it is too long. What
/// could turn or forge a line is escaped: a text may come from the network.
struct CText {
    bytes: Vec<u8>,
    /// Bytes as JSON that there is room for, with some for the note on what is missing.
    room: usize,
    missing: usize,
}

impl CText {
    fn new(longest: usize, text: fmt::Arguments<'_>) -> Self {
        let mut new = Self {
            bytes: Vec::new(),
            room: longest.saturating_sub(50),
            missing: 0,
        };
        let is_whole = new.write_fmt(text).is_ok();
        if new.missing > 0 {
            let note = format!(" … ({} bytes more)", new.missing);
            new.bytes.extend_from_slice(note.as_bytes());
        }
        if !is_whole {
            let note = " (cut short: an argument's Display returned an error)";
            new.bytes.extend_from_slice(note.as_bytes());
        }
        new.bytes.push(0);
        new
    }

    fn as_ptr(&self) -> *const c_char {
        self.bytes.as_ptr().cast()
    }

    /// Has the line end in a line break in place of the NUL.
    fn end_line(&mut self) {
        if let Some(last) = self.bytes.last_mut() {
            *last = b'\n';
        }
    }

    /// Appends `c`, as the text `escaped`: all of it, or nothing.
    fn push(&mut self, c: char, escaped: &str) {
        let length = length_in_json(escaped.as_bytes());
        if self.missing > 0 || length > self.room {
            self.missing += c.len_utf8();
            return;
        }
        self.room -= length;
        self.bytes.extend_from_slice(escaped.as_bytes());
    }
}

/// How long `bytes` can be in a log in JSON, which may escape all but ASCII.
fn length_in_json(bytes: &[u8]) -> usize {
    let length = |byte: &u8| match byte {
        b'"' | b'\\' | b'\t' => 2,
        // A character of several bytes is one escape of 6, or two where it has four bytes.
        0x80..=0xbf => 0,
        0xf0.. => 12,
        byte if byte.is_ascii_graphic() || *byte == b' ' => 1,
        _ => 6,
    };
    bytes.iter().map(length).sum()
}

/// Returns `text` as it is logged, cut to at most `longest` bytes as JSON: for a part of a message that could push the
/// rest out.
#[cold]
pub(crate) fn shortened(longest: usize, text: fmt::Arguments<'_>) -> String {
    let mut text = CText::new(longest, text);
    text.bytes.pop();
    String::from_utf8(text.bytes).unwrap_or_default()
}

impl fmt::Write for CText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '\0' => self.push(c, "\\0"),
                '\n' | '\r' => self.push(c, &c.escape_default().to_string()),
                _ if is_dangerous(c) => self.push(c, &c.escape_unicode().to_string()),
                _ => self.push(c, c.encode_utf8(&mut [0; 4])),
            }
        }
        Ok(())
    }
}

/// Whether a terminal, or somebody who reads, could take the character for the end of a line or be led to read in
/// another order.
fn is_dangerous(c: char) -> bool {
    let is_bidirectional = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let ends_line = matches!(c, '\u{2028}' | '\u{2029}');
    c.is_control() && c != '\t' || ends_line || is_bidirectional
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log {
    ($level:ident, $($arg:tt)+) => {
        if $crate::log::enabled($crate::log::Level::$level) {
            $crate::__private::log(
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
