//! Where panics end: every call from the host into Rust goes through here.
//!
//! A sensor must keep its pace whatever a plugin does. So the lines on panics are bounded, and a flow callback
//! that does nothing else than panic is not called for a while: in Suricata as Debian ships it, a panic takes
//! 70 to 85 µs before any line is written.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::MaybeUninit;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::complaint::{IN_FULL, Times, log_error};
use crate::host_thread;
use crate::log::shortened;
use crate::sys::{Flow, ThreadVars};

/// Names the code that the host called: a function, so that the name is looked up only when needed.
pub(crate) type Name = fn() -> &'static str;

/// A callback that panics so often within [`WINDOW`] rests.
const MANY: u32 = 100;
const WINDOW: Duration = Duration::from_secs(1);

/// How long it rests the first time; then twice as long each time.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(60);

/// A callback that was quiet for so long begins anew.
const FORGIVEN: Duration = Duration::from_secs(60);

/// What is known of the panics of one registration, or of the values of one slot.
pub(crate) struct Record {
    /// The plugin whose init registered it.
    plugin: &'static str,
    kind: &'static str,
    name: Name,
    panics: Times,
    /// How many panics the log speaks of.
    logged: AtomicU64,
    /// Calls for which the host passed no `ThreadVars`.
    without_thread: Times,
    /// Calls whose `ThreadVars` has an address up to this are not for the hot path: 0 for those without one,
    /// [`ALL`] while the callback rests. One comparison for both, where there would be two.
    barred: AtomicUsize,
    pace: Mutex<Pace>,
}

const ALL: usize = usize::MAX;

/// How fast panics come.
struct Pace {
    /// When the window began that the panics are counted in, and how many there were.
    window: Option<Instant>,
    in_window: u32,
    /// How long the last rest was, and when it ends or ended.
    rest: Duration,
    until: Option<Instant>,
    /// Calls that were left out since it began.
    left_out: u64,
}

impl Record {
    /// Of what `plugin` has, and the host calls as a `kind`.
    pub(crate) const fn new(plugin: &'static str, kind: &'static str, name: Name) -> Self {
        Self {
            plugin,
            kind,
            name,
            panics: Times::new(),
            logged: AtomicU64::new(0),
            without_thread: Times::new(),
            barred: AtomicUsize::new(0),
            pace: Mutex::new(Pace {
                window: None,
                in_window: 0,
                rest: Duration::ZERO,
                until: None,
                left_out: 0,
            }),
        }
    }

    /// Whether a call with this `ThreadVars` has to ask [`is_left_out`](Self::is_left_out).
    #[inline]
    pub(crate) fn is_barred(&self, tv: *mut ThreadVars) -> bool {
        tv.addr() <= self.barred.load(Relaxed)
    }

    /// Whether a call is left out: there is no `ThreadVars`, or too many calls before have panicked.
    #[cold]
    pub(crate) fn is_left_out(&self, tv: *mut ThreadVars) -> bool {
        if tv.is_null() {
            self.log_without("ThreadVars");
            return true;
        }
        !self.is_rested()
    }

    /// The same for a call with a flow, which may be lacking too.
    #[cold]
    pub(crate) fn is_left_out_for(&self, tv: *mut ThreadVars, flow: *mut Flow) -> bool {
        if flow.is_null() && !tv.is_null() {
            self.log_without("Flow");
            return true;
        }
        self.is_left_out(tv)
    }

    /// The host passed no `what`: no `ThreadVars`, as in its unit tests.
    fn log_without(&self, what: &str) {
        host_thread::mark();
        if let (times, true) = self.without_thread.again() {
            let note = Note(times);
            self.log(format_args!(": not run: the host passed no {what}{note}"));
        }
    }

    /// Logs an error, which begins with what this is of.
    #[inline(never)]
    fn log(&self, error: fmt::Arguments<'_>) {
        let name = shortened(1_000, format_args!("{}", (self.name)()));
        log_error(self.plugin, format_args!("{} {name}{error}", self.kind));
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the rest has ended. Where not, one more call is left out.
    fn is_rested(&self) -> bool {
        let mut pace = self.pace();
        if pace.until.is_some_and(|until| Instant::now() < until) {
            pace.left_out += 1;
            return false;
        }
        let left_out = std::mem::take(&mut pace.left_out);
        // Of two threads that come here at the same time, one says so.
        let was_resting = self.barred.swap(0, Relaxed) == ALL;
        drop(pace);
        if was_resting {
            self.log(format_args!(
                " is called again: {left_out} calls were left out"
            ));
        }
        true
    }

    /// Has the callback rest if this panic is one of too many.
    fn slow_down(&self) {
        let now = Instant::now();
        let mut pace = self.pace();
        if pace.window.is_none_or(|began| now - began > WINDOW) {
            pace.window = Some(now);
            pace.in_window = 0;
        }
        pace.in_window += 1;
        if pace.in_window < MANY || self.barred.load(Relaxed) == ALL {
            return;
        }
        let is_forgiven = pace.until.is_none_or(|until| now > until + FORGIVEN);
        pace.rest = if is_forgiven {
            FIRST_REST
        } else {
            (pace.rest * 2).min(LONGEST_REST)
        };
        pace.until = Some(now + pace.rest);
        pace.window = None;
        let seconds = pace.rest.as_secs();
        self.barred.store(ALL, Relaxed);
        drop(pace);
        self.log(format_args!(
            " is not called for {seconds} s: it panicked {MANY} times within a second"
        ));
    }
}

/// What the line on something that happened so often adds, so that nobody takes silence for health.
struct Note(u64);

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ..IN_FULL => Ok(()),
            IN_FULL => f.write_str(" (from now on, only the 100th, the 1000th … are logged)"),
            times => write!(f, " ({times} times by now)"),
        }
    }
}

/// Runs `f`, which the host called as what `record` is of; a panic in it is logged at error level, within
/// bounds, and goes no further.
#[inline]
pub(crate) fn contain(record: &'static Record, f: impl FnOnce()) {
    contain_by(end, record, f);
}

/// The same for a flow callback, which rests when it panics too often.
#[inline]
pub(crate) fn contain_and_slow_down(record: &'static Record, f: impl FnOnce()) {
    contain_by(end_and_slow_down, record, f);
}

/// The same for what runs once.
pub(crate) fn contain_once(record: &Record, f: impl FnOnce()) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) {
        log(record, payload);
    }
}

#[inline]
fn contain_by(
    end: fn(&'static Record, Box<dyn Any + Send>),
    record: &'static Record,
    f: impl FnOnce(),
) {
    // On the stack, which costs one instruction. Else it would be kept in a register, whose value has to be saved and
    // restored for the caller.
    let mut kept = MaybeUninit::<&'static Record>::uninit();
    // SAFETY: a local variable.
    unsafe { kept.as_mut_ptr().write_volatile(record) };
    // State that a panicking callback leaves half changed is the plugin's own: the host goes on and
    // calls it again, as documented, so there is no safety in asking for `UnwindSafe`.
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) {
        // SAFETY: written above.
        end(unsafe { kept.as_ptr().read_volatile() }, payload);
    }
}

#[cold]
fn end_and_slow_down(record: &'static Record, payload: Box<dyn Any + Send>) {
    end(record, payload);
    record.slow_down();
}

#[cold]
fn end(record: &'static Record, payload: Box<dyn Any + Send>) {
    if !log(record, payload) {
        AtTheEnd::note(record);
    }
}

/// Counts a panic, logs it if it is one of those that are, and returns whether it is.
#[cold]
fn log(record: &Record, payload: Box<dyn Any + Send>) -> bool {
    // The host called what panicked.
    host_thread::mark();
    let (times, is_logged) = record.panics.again();
    let place = take_place(&*payload);
    if is_logged {
        record.logged.fetch_max(times, Relaxed);
        log_payload(record, "panicked", &*payload, place, times);
    }
    // The payload may be of any type, and its destructor may panic as well. What comes out of there
    // is given up, undropped, lest this go on for ever; but a text has no destructor to fear.
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        let place = take_place(&*again);
        if is_logged {
            let what = "panicked again, dropping the panic's payload";
            log_payload(record, what, &*again, place, times);
        }
        if text(&*again).is_none() {
            std::mem::forget(again);
        }
    }
    is_logged
}

/// Where the panic with this payload came from, if that is known; it counts as contained.
fn take_place(payload: &(dyn Any + Send)) -> Option<Panic> {
    let find = |seen: &RefCell<Vec<Panic>>| {
        let mut seen = seen.borrow_mut();
        let index = seen.iter().rposition(|panic| panic.is_of(payload))?;
        // Those after it came while it unwound, and were caught.
        seen.drain(index..).next()
    };
    let place = SEEN.try_with(find).ok().flatten();
    if let Some(place) = &place {
        place.count();
    }
    place
}

fn log_payload(
    record: &Record,
    what: &str,
    payload: &(dyn Any + Send),
    place: Option<Panic>,
    times: u64,
) {
    let message = text(payload).unwrap_or(NO_TEXT);
    // So that there is room for what comes after it.
    let message = shortened(8_000, format_args!("{message}"));
    let place = place.map_or(String::from("an unknown place"), |place| place.text);
    let note = Note(times);
    record.log(format_args!(" {what}: {message} (at {place}){note}"));
}

const NO_TEXT: &str = "a payload that is no text";

fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// The records with panics on this thread that no line speaks of. When the thread ends, one line for each does.
struct AtTheEnd(RefCell<Vec<&'static Record>>);

impl AtTheEnd {
    fn note(record: &'static Record) {
        // Main ends after the host has freed its log; what panics there does so a few times.
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
            if record.logged.fetch_max(times, Relaxed) < times {
                let left_out = record.pace().left_out;
                record.log(format_args!(
                    " has panicked {times} times by now; {left_out} calls were left out"
                ));
            }
        }
    }
}

/// What the panic hook saw: a payload does not say where it comes from. The payload's type and the hash of its
/// message are there to be compared with the payload's: `resume_unwind` runs no hook, so what was seen last may be
/// another panic, caught by the plugin itself.
struct Panic {
    of_type: TypeId,
    message: u64,
    text: String,
    place: Place,
}

/// A place in the source: the address of the file's name, which is constant, line and column.
type Place = (usize, u32, u32);

/// How many of the panics of a place were contained.
static CONTAINED: Mutex<Vec<(Place, u64)>> = Mutex::new(Vec::new());

fn contained() -> MutexGuard<'static, Vec<(Place, u64)>> {
    CONTAINED.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    /// The last panics of this thread: several, since one may be caught while another unwinds.
    static SEEN: RefCell<Vec<Panic>> = const { RefCell::new(Vec::new()) };
    static AT_THE_END: AtTheEnd = const { AtTheEnd(RefCell::new(Vec::new())) };
}

impl Panic {
    fn is_of(&self, payload: &(dyn Any + Send)) -> bool {
        self.of_type == payload.type_id() && self.message == hash(payload)
    }

    fn count(&self) {
        let mut contained = contained();
        match contained.iter_mut().find(|(place, _)| *place == self.place) {
            Some((_, times)) => *times += 1,
            None => contained.push((self.place, 1)),
        }
    }
}

/// Returns how many of the panics at `place` were contained. Those that the plugin catches itself, or has on threads
/// of its own, are not.
fn contained_at(place: Place) -> u64 {
    let contained = contained();
    let known = contained.iter().find(|(known, _)| *known == place);
    known.map_or(0, |(_, times)| *times)
}

/// Has the panic hook remember where a panic came from, and then do what it did before; but std's own does not
/// repeat itself more often than the log does.
pub(crate) fn install_hook() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    // The hook can't be changed by a thread that is panicking.
    if std::thread::panicking() || INSTALLED.swap(true, Relaxed) {
        return;
    }
    let before = panic::take_hook();
    // Where somebody has set a hook, this is std's, and the other is not.
    let std = panic::take_hook();
    #[allow(
        ambiguous_wide_pointer_comparisons,
        reason = "std's hook is a function, without an address of its own: the vtables tell"
    )]
    let is_std = std::ptr::eq(&*before, &*std);
    // A backtrace takes some milliseconds, and dozens of lines.
    let has_backtrace = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    let in_full = if has_backtrace { 1 } else { IN_FULL };
    panic::set_hook(Box::new(move |panic| {
        let place = remember(panic);
        // The plugin's own threads take no lock here, lest one has it while Suricata forks (`-D`).
        let is_known = host_thread::is_marked() && contained_at(place) >= in_full;
        if !(is_std && is_known) {
            before(panic);
        }
    }));
}

/// Notes where a panic came from, and returns that.
fn remember(panic: &PanicHookInfo<'_>) -> Place {
    let Some(location) = panic.location() else {
        return (0, 0, 0);
    };
    let file = location.file().as_ptr().addr();
    let place = (file, location.line(), location.column());
    let panic = Panic {
        of_type: panic.payload().type_id(),
        message: hash(panic.payload()),
        text: location.to_string(),
        place,
    };
    // Not there while the thread is being torn down.
    let _ = SEEN.try_with(|seen| {
        let mut seen = seen.borrow_mut();
        // Most of them were caught by the plugin, and nobody will ask.
        if seen.len() == MOST_SEEN {
            seen.remove(0);
        }
        seen.push(panic);
    });
    place
}

const MOST_SEEN: usize = 16;

fn hash(payload: &(dyn Any + Send)) -> u64 {
    let mut hasher = DefaultHasher::new();
    text(payload).hash(&mut hasher);
    hasher.finish()
}
