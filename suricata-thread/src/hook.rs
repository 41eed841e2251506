//! The panic hook: notes where a panic comes from, which its payload does not say, and bounds what std's own hook prints.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::panic::{self, Location, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::complaint::IN_FULL;
use crate::host_thread;
use crate::log_line::stderr;
use crate::text::shortened;

/// A panic as the hook saw it. Type and message are compared with those of a payload, because what was seen last may be
/// another panic: `resume_unwind` runs no hook, and a plugin may catch panics itself.
pub(crate) struct Panic {
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
}

impl Panic {
    /// Returns the place in the source, as text.
    pub(crate) fn into_place(self) -> String {
        self.text
    }

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

/// Returns how many panics at `place` were contained, rather than caught by the plugin.
fn contained_at(place: Place) -> u64 {
    let contained = contained();
    let known = contained.iter().find(|(known, _)| *known == place);
    known.map_or(0, |(_, times)| *times)
}

/// Installs the hook in front of the one that is there.
pub(crate) fn install() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    // The hook can't be changed by a thread that is panicking.
    if std::thread::panicking() || INSTALLED.swap(true, Relaxed) {
        return;
    }
    let before = panic::take_hook();
    // If somebody has set a hook, the first one is theirs, and this is std's.
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
        if !is_std {
            return before(panic);
        }
        // No lock on the plugin's own threads: one might hold it while Suricata forks (`-D`).
        if host_thread::is_marked() && contained_at(place) >= in_full {
            return;
        }
        // std would write all of it, and the text may come from the network.
        match text(panic.payload()) {
            Some(message) if message.len() > LONGEST_MESSAGE => {
                let message = shortened(LONGEST_MESSAGE, format_args!("{message}"));
                let place = panic.location().map_or(String::new(), Location::to_string);
                // If the standard error is closed, there is nowhere left to say so.
                let _ = writeln!(stderr(), "\npanicked at {place}:\n{message}");
            }
            _ => before(panic),
        }
    }));
}

/// Notes the panic, and returns its place.
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
    // It is gone while the thread is torn down.
    let _ = SEEN.try_with(|seen| {
        let mut seen = seen.borrow_mut();
        // The oldest was likely caught by the plugin.
        if seen.len() == MOST_SEEN {
            seen.remove(0);
        }
        seen.push(panic);
    });
    place
}

const MOST_SEEN: usize = 16;

/// The longest message, in bytes, that std's hook writes.
const LONGEST_MESSAGE: usize = 8_000;

fn hash(payload: &(dyn Any + Send)) -> u64 {
    let mut hasher = DefaultHasher::new();
    text(payload).hash(&mut hasher);
    hasher.finish()
}

/// Removes and returns what the hook saw of the panic with this payload, and counts it as contained.
pub(crate) fn take_panic(payload: &(dyn Any + Send)) -> Option<Panic> {
    let find = |seen: &RefCell<Vec<Panic>>| {
        let mut seen = seen.borrow_mut();
        let index = seen.iter().rposition(|panic| panic.is_of(payload))?;
        // Those after it came while it unwound, and were caught.
        seen.drain(index..).next()
    };
    let panic = SEEN.try_with(find).ok().flatten();
    if let Some(panic) = &panic {
        panic.count();
    }
    panic
}

/// Returns the payload's text, if it is one.
pub(crate) fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}
