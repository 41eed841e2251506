//! Where panics end: every call from the host into Rust goes through here.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use crate::{SCLogError, plugin};

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
    log_payload(kind, name, "panicked", &*payload);
    // The payload may be of any type, and its destructor may panic as well; one that comes out of
    // there is given up, undropped, lest this go on for ever.
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        log_payload(
            kind,
            name,
            "panicked again, dropping the panic's payload",
            &*again,
        );
        std::mem::forget(again);
    }
}

fn log_payload(kind: &'static str, name: Name, what: &str, payload: &(dyn Any + Send)) {
    let message = text(payload);
    let location = LAST_PANIC
        .try_with(RefCell::take)
        .ok()
        .flatten()
        .filter(|last| last.message.as_deref() == message)
        .map_or("an unknown place".into(), |last| last.location);
    SCLogError!(
        "plugin {}: {kind} {} {what}: {} (at {location})",
        plugin::name(),
        name(),
        message.unwrap_or("a payload that is no text"),
    );
}

fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What the panic hook saw. A payload does not say where it comes from.
struct LastPanic {
    // Compared with the payload's: `resume_unwind` runs no hook, so what was seen last may be
    // another panic, caught by the plugin itself.
    message: Option<String>,
    location: String,
}

thread_local! {
    static LAST_PANIC: RefCell<Option<LastPanic>> = const { RefCell::new(None) };
}

fn remember(panic: &PanicHookInfo<'_>) {
    let last = LastPanic {
        message: text(panic.payload()).map(String::from),
        location: panic
            .location()
            .map_or("an unknown place".into(), ToString::to_string),
    };
    // Not there while the thread is being torn down.
    let _ = LAST_PANIC.try_with(|slot| slot.replace(Some(last)));
}

/// Has the panic hook remember where a panic came from, and then do what it did before.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    // The hook can't be changed by a thread that is panicking.
    if std::thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            remember(panic);
            before(panic);
        }));
    });
}
