//! What `SCLogMessage` does with a line. The text itself is in the host's log, and compared there.

use std::ffi::CString;

use suricata_thread_sys::common::{self, SCLogLevel as Level};

use super::api::{log, on_first_flow, on_thread_init};
use super::say;

const SCENARIO: &str = "log";

pub(super) fn init() {
    // SAFETY: it only reads a number.
    let level = unsafe { common::SCLogGetLogLevel() };
    say!(Sequence, "the host's level is {}", level.0);
    for (level, text) in [
        (Level::SC_LOG_NOTSET, c"not set"),
        (Level::SC_LOG_NONE, c"none"),
        (Level::SC_LOG_ERROR, c"an error"),
        (Level::SC_LOG_WARNING, c"a warning"),
        (Level::SC_LOG_NOTICE, c"a notice"),
        (Level::SC_LOG_INFO, c"information"),
        (Level::SC_LOG_PERF, c"performance"),
        (Level::SC_LOG_CONFIG, c"configuration"),
        (Level::SC_LOG_DEBUG, c"for debugging"),
        (Level(8), c"above every level"),
        (Level::SC_LOG_NOTICE, c""),
        (Level::SC_LOG_NOTICE, c"50 % of %d lines"),
        (Level::SC_LOG_NOTICE, c"two\nlines, a\ttab and \"quotes\""),
        (Level::SC_LOG_NOTICE, c"\xc3\xbcmlaut"),
    ] {
        say!(Sequence, "{text:?}: {}", log(level, text));
    }
    for length in [2047, 2048, 4000] {
        let text = CString::new("x".repeat(length)).expect("no NUL in it");
        say!(
            Sequence,
            "{length} bytes: {}",
            log(Level::SC_LOG_NOTICE, &text)
        );
    }
    on_thread_init(|_| {
        log(Level::SC_LOG_NOTICE, c"a thread is being created");
    });
    on_first_flow(|_| {
        log(Level::SC_LOG_NOTICE, c"a thread has its first flow");
    });
}
