//! What ends the process from within plugin code is said by name: `exit` and `quick_exit`, signals.
//!
//! Such an end would otherwise look like any other, or even like success.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::{self, null_mut};
use std::sync::Once;

use crate::noun::words::Words;

thread_local! {
    /// What runs on this thread. It has no destructor, so that a signal handler may read it.
    static INSIDE: Cell<Option<&'static Words>> = const { Cell::new(None) };
}

/// Notes what runs on this thread; returns what ran before.
pub(crate) fn replace(words: Option<&'static Words>) -> Option<&'static Words> {
    INSIDE.replace(words)
}

/// Writes a line to stderr: not by way of std, whose output a test harness captures, and safe in
/// signal handlers.
pub(crate) fn write(parts: &[&str]) {
    for part in parts {
        let mut rest = part.as_bytes();
        while !rest.is_empty() {
            // SAFETY: the bytes are there.
            let written =
                unsafe { libc::write(libc::STDERR_FILENO, rest.as_ptr().cast(), rest.len()) };
            let Ok(written @ 1..) = usize::try_from(written) else {
                return;
            };
            rest = &rest[written..];
        }
    }
}

/// The status of a process that plugin code has ended or hung.
const FAILED: c_int = 1;

/// Ends the process, failed.
pub(crate) fn die(what: &str, words: &Words) -> ! {
    write(&["suricata-thread-mock: ", what, ": ", &words.line, "\n"]);
    // SAFETY: it takes a status.
    unsafe { libc::_exit(FAILED) }
}

/// Has the process watched for ends within plugin code, from the first call on.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the function stays, and takes nothing.
        unsafe { libc::atexit(on_exit) };
        #[cfg(target_os = "linux")]
        // SAFETY: as above.
        unsafe {
            at_quick_exit(on_exit)
        };
        for signal in SIGNALS {
            catch(signal);
        }
    });
}

#[cfg(target_os = "linux")]
unsafe extern "C" {
    fn at_quick_exit(function: extern "C" fn()) -> c_int;
}

extern "C" fn on_exit() {
    if let Some(words) = INSIDE.get() {
        die("plugin code ended the process by exit", words);
    }
}

/// The signals of crashes.
const SIGNALS: [c_int; 5] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGABRT,
];

/// What was to be done on each signal before: std's stack overflow report, a sanitizer's.
static mut BEFORE: [Option<libc::sigaction>; SIGNALS.len()] = [None; SIGNALS.len()];

fn index(signal: c_int) -> Option<usize> {
    SIGNALS.iter().position(|known| *known == signal)
}

fn catch(signal: c_int) {
    let Some(index) = index(signal) else { return };
    // SAFETY: all zero is a valid `sigaction`.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_signal;
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: as above.
    let mut before: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: both are valid. `BEFORE` is written here alone, once for each signal, before the
    // handler can read it for this signal: it is set first, by a call that changes nothing.
    unsafe {
        if libc::sigaction(signal, ptr::null(), &mut before) != 0 {
            return;
        }
        (&raw mut BEFORE[index]).write(Some(before));
        libc::sigaction(signal, &action, null_mut());
    }
}

/// Names the code that the signal came in, and passes the signal on to who had it before.
extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let name = match signal {
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGBUS => "SIGBUS",
        libc::SIGILL => "SIGILL",
        libc::SIGFPE => "SIGFPE",
        _ => "SIGABRT",
    };
    if let Some(words) = INSIDE.get() {
        let line: &[&str] = &[
            "suricata-thread-mock: plugin code crashed with ",
            name,
            ": ",
            &words.line,
            "\n",
        ];
        write(line);
    }
    // SAFETY: written before this handler was there, see `catch`.
    let before = index(signal).and_then(|index| unsafe { (&raw const BEFORE[index]).read() });
    // SAFETY: all zero is a valid `sigaction`, and the default.
    let before = before.unwrap_or_else(|| unsafe { std::mem::zeroed() });
    // SAFETY: what was in place before; `info` is the kernel's.
    unsafe {
        libc::sigaction(signal, &before, null_mut());
        // A fault happens again when this returns; what was sent has to be sent again.
        if (*info).si_code <= 0 {
            libc::raise(signal);
        }
    }
}
