//! What `SCLogMessage` does with a line. The text itself is in the host's log, and compared there.

use std::ffi::{CString, c_void};

use suricata_thread_sys::common::SCLogLevel;
use suricata_thread_sys::{Flow, Packet, ThreadVars};

use super::{on_flow_init, on_thread_init};
use crate::api::{self, Tv};
use crate::thread::{self, Seen};
use crate::transcript::sequence;

const SCENARIO: &str = "log";

/// Logs at every level, and strange texts.
pub fn init() {
    let level = api::log_level().0;
    sequence(SCENARIO, format_args!("the host's level is {level}"));
    for (level, text) in [
        (SCLogLevel::SC_LOG_NOTSET, c"not set"),
        (SCLogLevel::SC_LOG_NONE, c"none"),
        (SCLogLevel::SC_LOG_ERROR, c"an error"),
        (SCLogLevel::SC_LOG_WARNING, c"a warning"),
        (SCLogLevel::SC_LOG_NOTICE, c"a notice"),
        (SCLogLevel::SC_LOG_INFO, c"information"),
        (SCLogLevel::SC_LOG_PERF, c"performance"),
        (SCLogLevel::SC_LOG_CONFIG, c"configuration"),
        (SCLogLevel::SC_LOG_DEBUG, c"for debugging"),
        (SCLogLevel(8), c"above every level"),
        (SCLogLevel::SC_LOG_NOTICE, c""),
        (SCLogLevel::SC_LOG_NOTICE, c"50 % of %d lines"),
        (
            SCLogLevel::SC_LOG_NOTICE,
            c"two\nlines, a\ttab and \"quotes\"",
        ),
        (SCLogLevel::SC_LOG_NOTICE, c"\xc3\xbcmlaut"),
    ] {
        let result = api::log(level, text);
        sequence(SCENARIO, format_args!("{text:?}: {result}"));
    }
    for length in [2047, 2048, 4000] {
        let text = CString::new("x".repeat(length)).expect("no NUL in it");
        let result = api::log(SCLogLevel::SC_LOG_NOTICE, &text);
        sequence(SCENARIO, format_args!("{length} bytes: {result}"));
    }
    on_thread_init(Some(created), 0);
    on_flow_init(Some(first_flow), 0);
}

unsafe extern "C" fn created(_: *mut ThreadVars, _: *mut c_void) {
    api::log(SCLogLevel::SC_LOG_NOTICE, c"a thread is being created");
}

unsafe extern "C" fn first_flow(
    tv: *mut ThreadVars,
    _: *mut Flow,
    _: *const Packet,
    _: *mut c_void,
) {
    static LOGGED: Seen = Seen::new();
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    if LOGGED.add(thread::number(tv)) {
        api::log(SCLogLevel::SC_LOG_NOTICE, c"a thread has its first flow");
    }
}
