//! What thread init and flow callbacks have in common: a closure that C calls.

use std::any::type_name;
use std::ffi::c_void;

use crate::panic;
use crate::record::Record;
use crate::registration::{Registering, note_refused};
use crate::{ThreadVars, host, plugin_name, sys};

const REFUSED: &str = "the host refused the callback; Suricata does so when it is out of memory";

/// The host's function that registers callbacks of type `C`, if it has one.
pub(crate) type Register<C> = Option<unsafe extern "C" fn(C, *mut c_void) -> bool>;

/// The target of a user pointer. The record comes first, which saves an instruction on the packet path.
#[repr(C)]
pub(crate) struct Registration<F> {
    pub(crate) record: Record,
    pub(crate) callback: F,
}

/// Registers `trampoline` with the boxed `callback` as the user pointer. The box is kept for the life of the process, or
/// dropped if the host refuses. `kind` is what messages call the callback.
///
/// # Safety
///
/// `trampoline` may be called as the host calls what `register` registers, with what [`call`] takes as
/// the user pointer of an `F`.
pub(crate) unsafe fn register<F, C>(
    kind: &'static str,
    callback: F,
    register: Register<C>,
    trampoline: C,
) -> Result<(), &'static str> {
    let record = Record::new(plugin_name::get(), kind, type_name::<F>);
    let user = Box::into_raw(Box::new(Registration { callback, record }));
    // SAFETY: the caller's promise; the box is kept where the host keeps the user pointer (R3).
    let registered = unsafe { register_raw(register, trampoline, user.cast()) };
    registered.inspect_err(|_| {
        note_refused(|| format!("{kind} {}", type_name::<F>()));
        // SAFETY: boxed above, and the host keeps no user pointer that it refused (H5).
        drop(unsafe { Box::from_raw(user) });
    })
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

/// Runs the thread init callback that `user` was registered with.
///
/// # Safety
///
/// - `user` comes from [`register::<F>`](register);
/// - `tv` is null, or what [`ThreadVars::from_ptr`] asks for, until this returns.
///
/// Trampolines have both from the host (H2).
#[inline]
pub(crate) unsafe fn call<F>(
    tv: *mut sys::ThreadVars,
    user: *mut c_void,
    run: impl FnOnce(&F, &mut ThreadVars<'_>),
) {
    // SAFETY: a leaked `Box`, by the caller's promise.
    let Registration { callback, record } = unsafe { &*user.cast::<Registration<F>>() };
    if tv.is_null() {
        return record.log_without_thread();
    }
    panic::contain(record, || {
        // SAFETY: not null, as seen above, and otherwise the caller's promise.
        run(callback, &mut unsafe { ThreadVars::from_ptr(tv) });
    });
}
