//! Reporting plugin code that ends the process by `exit`, `quick_exit` or a signal, which could
//! look like success.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::{self, null_mut};
use std::sync::{Arc, Once, Weak};

use parking_lot::Mutex;

use crate::noun::stderr::write;
use crate::noun::words::Words;
use crate::state::host::HostState;

thread_local! {
    /// Without a destructor, so that a signal handler may read it.
    static INSIDE: Cell<Option<Inside>> = const { Cell::new(None) };
    /// The thread is a test's: it has built a host.
    static BUILDS: Cell<bool> = const { Cell::new(false) };
}

#[derive(Clone, Copy)]
pub(crate) struct Inside {
    pub(crate) words: &'static Words,
    host: *const HostState,
}

impl Inside {
    /// The host must live as long as this is noted.
    pub(crate) fn new(host: &HostState, words: &'static Words) -> Self {
        Self { words, host }
    }

    fn host(&self) -> &HostState {
        // SAFETY: the host lives as long as this is noted, which it is now.
        unsafe { &*self.host }
    }
}

pub(crate) fn inside() -> Option<Inside> {
    INSIDE.get()
}

/// Returns the code that ran before.
#[inline]
pub(crate) fn replace(inside: Option<Inside>) -> Option<Inside> {
    INSIDE.replace(inside)
}

/// Signal handlers may call this.
fn write_line(event: &str, detail: &str, line: &str, test: Option<&str>) {
    let [before, test, end] = match test {
        Some(test) => [" in test `", test, "`\n"],
        None => ["", "", "\n"],
    };
    write(&[
        "suricata-thread-mock: ",
        event,
        detail,
        ": ",
        line,
        before,
        test,
        end,
    ]);
}

const FAILED: c_int = 1;

/// More threads than a test has.
const MOST_EXITS: u32 = 64;

/// Ends the process, after writing the host's reports and log, and a line for each running code.
pub(crate) fn die(event: &str, running: &[&str], host: Option<&HostState>) -> ! {
    tell(event, running, host);
    fail()
}

fn tell(event: &str, running: &[&str], host: Option<&HostState>) {
    let mut test = None;
    if let Some(host) = host {
        host.journal.write();
        test = host.identity.test.find();
    }
    for line in running {
        write_line(event, "", line, test.as_deref());
    }
}

fn fail() -> ! {
    // SAFETY: it takes a status.
    unsafe { libc::_exit(FAILED) }
}

static HOSTS: Mutex<Vec<Weak<HostState>>> = Mutex::new(Vec::new());

pub(crate) fn hosts() -> Vec<Arc<HostState>> {
    HOSTS.lock().iter().filter_map(Weak::upgrade).collect()
}

/// Watches a host of the current thread.
pub(crate) fn watch(host: &Arc<HostState>) {
    BUILDS.set(true);
    {
        let mut hosts = HOSTS.lock();
        hosts.retain(|host| host.strong_count() > 0);
        hosts.push(Arc::downgrade(host));
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // `exit` calls each once: threads that exit at the same time each need one.
        for _ in 0..MOST_EXITS {
            // SAFETY: the function stays, and takes nothing.
            unsafe { libc::atexit(on_exit) };
            #[cfg(target_os = "linux")]
            // SAFETY: as above.
            unsafe {
                at_quick_exit(on_exit)
            };
        }
        for signal in SIGNALS {
            catch(signal);
        }
    });
}

#[cfg(target_os = "linux")]
unsafe extern "C" {
    fn at_quick_exit(function: extern "C" fn()) -> c_int;
}

#[cfg(target_os = "linux")]
fn is_first_thread() -> bool {
    // SAFETY: they take nothing.
    unsafe { libc::gettid() == libc::getpid() }
}

/// Other systems have no common way to tell.
#[cfg(not(target_os = "linux"))]
fn is_first_thread() -> bool {
    true
}

extern "C" fn on_exit() {
    let event = "plugin code ended the process by exit";
    if let Some(inside) = INSIDE.get() {
        // The end of a process that plugin code forked is not the test's.
        if inside.host().identity.is_of_this_process() {
            die(event, &[&inside.words.line], Some(inside.host()));
        }
        return;
    }
    // The harness ends by exit, and so may a forked process.
    if BUILDS.get() || is_first_thread() {
        return;
    }
    let mut hosts = hosts();
    hosts.retain(|host| !host.identity.has_ended());
    // Any of the hosts may be the plugin's.
    for host in &hosts {
        let place = host.identity.built_at;
        let line = format!(
            "code in no callback, on a thread that is not a test's (host built at {}:{})",
            place.file(),
            place.line()
        );
        tell(event, &[&line], Some(host));
    }
    if !hosts.is_empty() {
        fail();
    }
}

const SIGNALS: [c_int; 5] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGABRT,
];

/// Earlier handlers, such as std's for stack overflows, or a sanitizer's.
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
    // SAFETY: both are valid. `BEFORE` is written here only, once for each signal, by a call that
    // changes nothing, before the handler for this signal is set.
    unsafe {
        if libc::sigaction(signal, ptr::null(), &mut before) != 0 {
            return;
        }
        (&raw mut BEFORE[index]).write(Some(before));
        libc::sigaction(signal, &action, null_mut());
    }
}

/// Writes reports, log and running plugin code, then passes the signal to the earlier handler.
extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let name = match signal {
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGBUS => "SIGBUS",
        libc::SIGILL => "SIGILL",
        libc::SIGFPE => "SIGFPE",
        _ => "SIGABRT",
    };
    if let Some(inside) = INSIDE.get() {
        let host = inside.host();
        host.journal.write();
        let test = host.identity.test.known();
        write_line("plugin code crashed with ", name, &inside.words.line, test);
    }
    // SAFETY: written before this handler was there, see `catch`.
    let before = index(signal).and_then(|index| unsafe { (&raw const BEFORE[index]).read() });
    // SAFETY: all zero is a valid `sigaction`, and the default.
    let before = before.unwrap_or_else(|| unsafe { std::mem::zeroed() });
    // SAFETY: the earlier action; `info` is the kernel's.
    unsafe {
        libc::sigaction(signal, &before, null_mut());
        // A fault happens again after the return; a signal that was sent must be sent again.
        if (*info).si_code <= 0 {
            libc::raise(signal);
        }
    }
}
