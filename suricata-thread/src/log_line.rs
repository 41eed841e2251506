//! Writes a line to the host's log or to the standard error.

use std::ffi::CStr;
use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;

use crate::host::functions;
use crate::log::Level;
use crate::sys::common::SCLogLevel;
use crate::text::{CText, LONGEST, length_in_json};
use crate::{host_thread, plugin_name};

/// Logs a message. The macros have checked that its level is shown.
#[cold]
pub fn write(
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
        let line = CText::new(LONGEST, format_args!("plugin {name}: {level:?}: {message}"));
        // If the standard error is closed, there is nowhere left to say so.
        let _ = stderr().write_all(&line.into_line());
        return;
    };
    let mut function = function;
    while let Some(outer) = function.strip_suffix("::{{closure}}") {
        function = outer;
    }
    let function = CText::new(1_000, format_args!("{function}"));
    let others = [file.to_bytes(), module.to_bytes(), function.as_bytes()];
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
pub(crate) fn stderr() -> ManuallyDrop<File> {
    // SAFETY: nobody closes it by this `File`, which is never dropped.
    ManuallyDrop::new(unsafe { File::from_raw_fd(2) })
}
