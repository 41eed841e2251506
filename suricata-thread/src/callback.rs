//! What thread init and flow callbacks have in common: a closure in C's hands.

use std::any::type_name;
use std::ffi::c_void;

use crate::panic::{self, Name};
use crate::registration::registering;
use crate::{SCLogError, ThreadVars, host_thread, plugin, sys};

const REFUSED: &str = "the host refused the callback; Suricata does so when it is out of memory";

/// Boxes `callback` and registers it with the box as the user pointer; it is kept for the life of
/// the process, but dropped where it is refused.
pub(crate) fn register<F>(
    callback: F,
    register: impl FnOnce(*mut c_void) -> bool,
) -> Result<(), &'static str> {
    let user = Box::into_raw(Box::new(callback));
    match registering(|| register(user.cast())) {
        Ok(true) => Ok(()),
        refused => {
            // SAFETY: boxed above, and the host keeps no user pointer that it refused.
            drop(unsafe { Box::from_raw(user) });
            refused.and(Err(REFUSED))
        }
    }
}

/// Runs the callback that `user` was registered with: how each trampoline ends.
///
/// # Safety
///
/// - `user` comes from [`register::<F>`](register);
/// - `tv` is null, or what [`ThreadVars::from_ptr`] asks for, until this returns.
///
/// Trampolines have both from the host: it passes the user pointer that it was given, and the
/// `ThreadVars` of the calling thread, or of the thread that the calling one is creating, made after
/// the storage registration has closed; and it runs nothing else on that until the callback returns.
#[inline]
pub(crate) unsafe fn call<F>(
    kind: &'static str,
    tv: *mut sys::ThreadVars,
    user: *mut c_void,
    run: impl FnOnce(&F, &mut ThreadVars<'_>),
) {
    if tv.is_null() {
        return log_null(kind, type_name::<F>);
    }
    panic::contain(kind, type_name::<F>, || {
        // SAFETY: a leaked `Box<F>`, by the caller's promise.
        let callback = unsafe { &*user.cast::<F>() };
        // SAFETY: not null, as seen above, and otherwise the caller's promise.
        let mut tv = unsafe { ThreadVars::from_ptr(tv) };
        run(callback, &mut tv);
    });
}

/// The host passed no `ThreadVars`, as its unit tests do.
#[cold]
fn log_null(kind: &'static str, name: Name) {
    host_thread::mark();
    let (plugin, name) = (plugin::name(), name());
    SCLogError!("plugin {plugin}: {kind} {name}: not run: the host passed no ThreadVars");
}
