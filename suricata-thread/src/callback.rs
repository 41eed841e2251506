//! What thread init and flow callbacks have in common: a closure in C's hands.

use std::any::type_name;
use std::ffi::c_void;

use crate::panic::{self, Name};
use crate::registration::Registering;
use crate::{ThreadVars, host, host_thread, plugin, sys};

const REFUSED: &str = "the host refused the callback; Suricata does so when it is out of memory";

/// The host's function that registers callbacks of the type `C`, where the host has it.
pub(crate) type Register<C> = Option<unsafe extern "C" fn(C, *mut c_void) -> bool>;

/// Boxes `callback` and registers `trampoline` with the box as the user pointer; it is kept for the
/// life of the process, but dropped where it is refused.
///
/// # Safety
///
/// `trampoline` may be called as the host calls what `register` registers, with a `&F` as the user
/// pointer.
pub(crate) unsafe fn register<F, C>(
    callback: F,
    register: Register<C>,
    trampoline: C,
) -> Result<(), &'static str> {
    let user = Box::into_raw(Box::new(callback));
    // SAFETY: the caller's promise; the box is kept where the host keeps the user pointer (R3).
    let registered = unsafe { register_raw(register, trampoline, user.cast()) };
    if registered.is_err() {
        // SAFETY: boxed above, and the host keeps no user pointer that it refused (H5).
        drop(unsafe { Box::from_raw(user) });
    }
    registered
}

/// The part of [`register`] that does not depend on the closure's type.
///
/// # Safety
///
/// `trampoline` may be called with `user` as the host calls what `register` registers, for the life
/// of the process.
#[inline(never)]
pub(crate) unsafe fn register_raw<C>(
    register: Register<C>,
    trampoline: C,
    user: *mut c_void,
) -> Result<(), &'static str> {
    let registering = Registering::begin()?;
    // SAFETY: the caller's promise; `registering` sees to time and order (R4).
    let registered = register.map(|register| unsafe { register(trampoline, user) });
    drop(registering);
    match registered {
        Some(true) => Ok(()),
        Some(false) => Err(REFUSED),
        None => Err(host::LACKING),
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
    let name = name();
    plugin::log_error(format_args!(
        "{kind} {name}: not run: the host passed no ThreadVars"
    ));
}
