//! The panics of one registration: which of them are logged, and when a flow callback rests because of them.

use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::complaint::{IN_FULL, Times, log_error};
use crate::host_thread;
use crate::sys::{Flow, ThreadVars};
use crate::text::shortened;

/// Returns the name of the code that the host called.
pub(crate) type Name = fn() -> &'static str;

/// A callback rests after so many panics within [`WINDOW`].
const MANY: u32 = 100;
const WINDOW: Duration = Duration::from_secs(1);

/// The first rest. Each further one is twice as long.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(60);

/// After so long without a rest, the next one is again the first.
const FORGIVEN: Duration = Duration::from_secs(60);

/// The panics of one registration, or of the values of one slot.
pub(crate) struct Record {
    plugin: &'static str,
    kind: &'static str,
    name: Name,
    panics: Times,
    /// The count of panics in the last line on them.
    logged: AtomicU64,
    /// Calls for which the host passed no `ThreadVars`, or no `Flow`.
    without_thread: Times,
    without_flow: Times,
    /// Calls whose `ThreadVars` has an address up to this leave the hot path: 0 bars those without one, [`ALL`] bars all
    /// while the callback rests. So one comparison does for both.
    barred: AtomicUsize,
    /// When the last rest ends or ended, in nanoseconds as [`now`] counts them; 0 before the first.
    until: AtomicU64,
    /// Calls that were left out since the last line on them.
    left_out: AtomicU64,
    pace: Mutex<Pace>,
}

const ALL: usize = usize::MAX;

struct Pace {
    /// When the window began, as [`now`] counts, and the panics in it.
    window: u64,
    in_window: u32,
    rest: Duration,
}

/// Returns the nanoseconds since this was first called.
pub(crate) fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    nanoseconds(START.get_or_init(Instant::now).elapsed())
}

fn nanoseconds(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

impl Record {
    pub(crate) const fn new(plugin: &'static str, kind: &'static str, name: Name) -> Self {
        Self {
            plugin,
            kind,
            name,
            panics: Times::new(),
            logged: AtomicU64::new(0),
            without_thread: Times::new(),
            without_flow: Times::new(),
            barred: AtomicUsize::new(0),
            until: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
            pace: Mutex::new(Pace {
                window: 0,
                in_window: 0,
                rest: Duration::ZERO,
            }),
        }
    }

    /// Returns `true` if a call with this `ThreadVars` has to ask [`is_left_out`](Self::is_left_out).
    #[inline]
    pub(crate) fn is_barred(&self, tv: *mut ThreadVars) -> bool {
        tv.addr() <= self.barred.load(Relaxed)
    }

    /// Returns `true` if a call is left out: something is lacking, or the callback rests.
    #[cold]
    pub(crate) fn is_left_out(&'static self, tv: *mut ThreadVars, flow: *mut Flow) -> bool {
        if tv.is_null() {
            self.log_without_thread();
            return true;
        }
        if flow.is_null() {
            self.log_without("Flow", &self.without_flow);
            return true;
        }
        self.rests(now())
    }

    /// Returns `true` if the callback rests at this time.
    fn rests(&'static self, now: u64) -> bool {
        if now < self.until.load(Relaxed) {
            self.left_out.fetch_add(1, Relaxed);
            AtTheEnd::note(self);
            return true;
        }
        // Only one of two threads that come here at the same time logs a line.
        if self.barred.swap(0, Relaxed) == ALL {
            let left_out = self.left_out.swap(0, Relaxed);
            self.log(format_args!(
                " is called again: {left_out} calls were left out"
            ));
        }
        false
    }

    /// Logs that the host passed no `ThreadVars`, as its unit tests do.
    #[cold]
    pub(crate) fn log_without_thread(&self) {
        self.log_without("ThreadVars", &self.without_thread);
    }

    fn log_without(&self, argument: &str, times: &Times) {
        host_thread::mark();
        if let Some(times) = times.again() {
            let note = Note(times);
            self.log(format_args!(
                ": not run: the host passed no {argument}{note}"
            ));
        }
    }

    /// Counts a panic. Returns how many there were, if this is one of those that are logged.
    pub(crate) fn count_panic(&self) -> Option<u64> {
        let times = self.panics.again()?;
        self.logged.fetch_max(times, Relaxed);
        Some(times)
    }

    /// Logs, when this thread ends, what no line has counted by then.
    pub(crate) fn tell_at_the_end(&'static self) {
        AtTheEnd::note(self);
    }

    /// Logs an error that begins with the kind and the type of what panicked.
    #[inline(never)]
    pub(crate) fn log(&self, error: fmt::Arguments<'_>) {
        let name = shortened(1_000, format_args!("{}", (self.name)()));
        log_error(self.plugin, format_args!("{} {name}{error}", self.kind));
    }

    /// Lets the callback rest if the panic that was counted just `now` is one of too many.
    pub(crate) fn slow_down(&self, now: u64) {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        // A thread that was slower to get here may have begun the window after `now`.
        if pace.in_window == 0 || now.saturating_sub(pace.window) > nanoseconds(WINDOW) {
            pace.window = now;
            pace.in_window = 0;
        }
        pace.in_window += 1;
        if pace.in_window < MANY || self.barred.load(Relaxed) == ALL {
            return;
        }
        let until = self.until.load(Relaxed);
        let is_forgiven = until == 0 || now > until.saturating_add(nanoseconds(FORGIVEN));
        pace.rest = if is_forgiven {
            FIRST_REST
        } else {
            (pace.rest * 2).min(LONGEST_REST)
        };
        pace.in_window = 0;
        self.until
            .store(now.saturating_add(nanoseconds(pace.rest)), Relaxed);
        self.barred.store(ALL, Relaxed);
        let seconds = pace.rest.as_secs();
        drop(pace);
        self.log(format_args!(
            " is not called for {seconds} s: it panicked {MANY} times within a second"
        ));
    }
}

/// The end of a line about what has happened so often. It names the next lines, so that nobody takes silence for
/// health.
pub(crate) struct Note(pub(crate) u64);

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ..IN_FULL => Ok(()),
            IN_FULL => f.write_str(" (from now on, only the 100th, the 1000th … are logged)"),
            times => write!(f, " ({times} times by now)"),
        }
    }
}

thread_local! {
    static AT_THE_END: AtTheEnd = const { AtTheEnd(RefCell::new(Vec::new())) };
}

/// Records whose panics or left-out calls on this thread no line has counted. When the thread ends, each gets a line.
struct AtTheEnd(RefCell<Vec<&'static Record>>);

impl AtTheEnd {
    fn note(record: &'static Record) {
        // Main ends after the host has freed its log. Few things panic there.
        if host_thread::is_main() {
            return;
        }
        let _ = AT_THE_END.try_with(|Self(records)| {
            let mut records = records.borrow_mut();
            if !records.iter().any(|known| std::ptr::eq(*known, record)) {
                records.push(record);
            }
        });
    }
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        for record in self.0.take() {
            let times = record.panics.so_far();
            let left_out = record.left_out.swap(0, Relaxed);
            if record.logged.fetch_max(times, Relaxed) < times || left_out > 0 {
                record.log(format_args!(
                    " has panicked {times} times by now; {left_out} calls were left out"
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MANY, Record};

    #[test]
    fn a_rest_grows_to_a_minute_and_a_quiet_minute_resets_it() {
        static RECORD: Record = Record::new("tested", "callback", || "tested");
        const SECOND: u64 = 1_000_000_000;
        // The record logs its lines to this host.
        let _host = suricata_thread_mock::Host::builder().record_only().build();
        crate::host_thread::mark();
        let mut now = 0;
        let mut rest_after_quiet = |seconds: u64| {
            now += seconds * SECOND;
            (0..MANY).for_each(|_| RECORD.slow_down(now));
            let began = now;
            while RECORD.rests(now) {
                now += SECOND;
            }
            (now - began) / SECOND
        };
        let rests = [1, 0, 0, 0, 0, 0, 0, 60, 61, 0].map(&mut rest_after_quiet);
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60, 1, 2]);
    }
}
