//! The results of `SCLogMessage`. The texts are in the host's log, and compared there.

use std::ffi::CString;

use suricata_thread_sys::common::{self, SCLogLevel as Level};

use super::api::{log, log_all, on_first_flow, on_thread_init};
use super::say;

const SCENARIO: &str = "log";

const MODULES: &str = "|a|a::b|suricata::a|tm-a|tm|util-a|util-|util-tm-a|util_a|a-util-a|UTIL-a|source-a|source-pcap|\
    source-pcap-fil|source-pcap-file|source-pcap-file-a|runmode-a|detect-engine|detect-engine-a|detect-enginea|\
    detect-a|app-layer-a|output-a|two\nlines";

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
        (Level(99), c"far above every level"),
        (Level(-2), c"below every level"),
        (Level::SC_LOG_NOTICE, c""),
        (Level::SC_LOG_NOTICE, c"50 % of %d lines"),
        (Level::SC_LOG_NOTICE, c"two\nlines, a\ttab and \"quotes\""),
        (Level::SC_LOG_NOTICE, c"\xc3\xbcmlaut"),
    ] {
        say!(Sequence, "{text:?}: {}", log(level, text));
    }
    for length in [2047, 2048, 4000] {
        let text = CString::new("x".repeat(length)).expect("no NUL in it");
        let answer = log(Level::SC_LOG_NOTICE, &text);
        say!(Sequence, "{length} bytes: {answer}");
    }
    texts();
    on_thread_init(|_| {
        log(Level::SC_LOG_NOTICE, c"a thread is being created");
    });
    on_first_flow(|_| {
        log(Level::SC_LOG_NOTICE, c"a thread has its first flow");
    });
    // SAFETY: a plugin is never unloaded, so the function is there until the process ends.
    unsafe { libc::atexit(at_the_end) };
}

/// Runs after the host has taken its log down.
extern "C" fn at_the_end() {
    // SAFETY: it only reads a number.
    let level = unsafe { common::SCLogGetLogLevel() };
    let answer = log(Level::SC_LOG_NOTICE, c"the process ends");
    say!(
        Sequence,
        "in the end the level is {}, a line: {answer}",
        level.0
    );
}

/// Logs lines with NULL in each place, and of modules that hosts shorten. Their beginning marks them as the suite's.
fn texts() {
    let [text, module] = [Some(c"suite"), Some(c"conformance")];
    for (file, function, module, message) in [
        (None, text, module, Some(c"without file")),
        (text, None, module, Some(c"without function")),
        (text, text, None, Some(c"conformance: without module")),
        (text, text, module, None),
    ] {
        let answer = log_all(Level::SC_LOG_NOTICE, file, function, module, message);
        say!(Sequence, "{message:?}, NULL in it: {answer}");
    }
    let answer = log_all(Level::SC_LOG_DEBUG, None, None, None, None);
    say!(Sequence, "all NULL, above the level: {answer}");
    for module in MODULES.split('|') {
        let message = format!("conformance: module {module:?}");
        let [module, message] =
            [module, &message].map(|text| CString::new(text).expect("no NUL in it"));
        let (own, message) = (Some(&*module), Some(&*message));
        let answer = log_all(Level::SC_LOG_NOTICE, text, text, own, message);
        say!(Sequence, "module {module:?}: {answer}");
    }
    let long = CString::new("m".repeat(300)).expect("no NUL in it");
    let message = Some(c"conformance: module of 300 bytes");
    log_all(Level::SC_LOG_NOTICE, text, text, Some(&long), message);
}
