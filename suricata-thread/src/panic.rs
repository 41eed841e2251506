//! Where panics end: every call from the host into Rust goes through here.

use std::any::{Any, TypeId};
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::{host_thread, plugin};

/// Names the code that the host called: a function, so that the name is looked up only when needed.
pub(crate) type Name = fn() -> &'static str;

/// Runs `f`, which the host called as a `kind`; a panic in it is logged at error level and goes no
/// further.
// Two arguments, not a struct: they stay out of memory until they are needed, which on the packet
// path is never.
#[inline]
pub(crate) fn contain(kind: &'static str, name: Name, f: impl FnOnce()) {
    // State that a panicking callback leaves half changed is the plugin's own: the host goes on and
    // calls it again, as documented, so there is no safety in asking for `UnwindSafe`.
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) {
        log_panic(kind, name, payload);
    }
}

#[cold]
fn log_panic(kind: &'static str, name: Name, payload: Box<dyn Any + Send>) {
    // The host called what panicked.
    host_thread::mark();
    log_payload(kind, name, "panicked", &*payload);
    // The payload may be of any type, and its destructor may panic as well. What comes out of there
    // is given up, undropped, lest this go on for ever; but a text has no destructor to fear.
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        let what = "panicked again, dropping the panic's payload";
        log_payload(kind, name, what, &*again);
        if text(&*again).is_none() {
            std::mem::forget(again);
        }
    }
}

fn log_payload(kind: &'static str, name: Name, what: &str, payload: &(dyn Any + Send)) {
    let (name, message) = (name(), text(payload).unwrap_or(NO_TEXT));
    let last = LAST_PANIC.try_with(Cell::take).ok().flatten();
    let Some(Panic {
        file, line, column, ..
    }) = last.filter(|last| last.of_type == payload.type_id() && last.message == message)
    else {
        return plugin::log_error(format_args!(
            "{kind} {name} {what}: {message} (at an unknown place)"
        ));
    };
    plugin::log_error(format_args!(
        "{kind} {name} {what}: {message} (at {file}:{line}:{column})"
    ));
}

const NO_TEXT: &str = "a payload that is no text";

fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What the panic hook saw: a payload does not say where it comes from. The payload's type and the
/// message are there to be compared with the payload's: `resume_unwind` runs no hook, so what was seen
/// last may be another panic, caught by the plugin itself.
struct Panic {
    of_type: TypeId,
    message: String,
    file: String,
    line: u32,
    column: u32,
}

thread_local! {
    static LAST_PANIC: Cell<Option<Panic>> = const { Cell::new(None) };
}

fn remember(panic: &PanicHookInfo<'_>) {
    let last = panic.location().map(|location| Panic {
        of_type: panic.payload().type_id(),
        message: String::from(text(panic.payload()).unwrap_or(NO_TEXT)),
        file: String::from(location.file()),
        line: location.line(),
        column: location.column(),
    });
    // Not there while the thread is being torn down.
    let _ = LAST_PANIC.try_with(|slot| slot.set(last));
}

/// Has the panic hook remember where a panic came from, and then do what it did before.
pub(crate) fn install_hook() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    // The hook can't be changed by a thread that is panicking.
    if std::thread::panicking() || INSTALLED.swap(true, Relaxed) {
        return;
    }
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        remember(panic);
        before(panic);
    }));
}
