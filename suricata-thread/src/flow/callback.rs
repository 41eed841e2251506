//! Calls a flow callback, unless it rests because it panicked too often.

use std::ffi::c_void;

use super::Flow;
use crate::callback::Registration;
use crate::{ThreadVars, panic, sys};

/// Runs the flow callback that `user` was registered with.
///
/// # Safety
///
/// As for [`callback::call`](crate::callback::call); and `flow` is null, or what [`Flow::from_ptr`] asks for, until this
/// returns (H11).
#[inline]
pub(super) unsafe fn call<F: 'static>(
    tv: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    user: *mut c_void,
    run: impl FnOnce(&F, &mut ThreadVars<'_>, &mut Flow<'_>),
) {
    // SAFETY: a leaked `Box`, by the caller's promise.
    let registration = unsafe { &*user.cast::<Registration<F>>() };
    // A tail call, so nothing has to be saved for after it.
    if registration.record.is_barred(tv) || flow.is_null() {
        // SAFETY: the caller's promise.
        return unsafe { call_barred(tv, flow, run, registration) };
    }
    // SAFETY: neither is null, and otherwise the caller's promise.
    unsafe { call_unbarred(registration, tv, flow, run) }
}

// The arguments are in the host's order, so none has to be moved on the way here.
/// # Safety
///
/// As for [`call`].
#[cold]
#[inline(never)]
unsafe fn call_barred<F: 'static>(
    tv: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    run: impl FnOnce(&F, &mut ThreadVars<'_>, &mut Flow<'_>),
    registration: &'static Registration<F>,
) {
    if !registration.record.is_left_out(tv, flow) {
        // SAFETY: null is left out, and otherwise the caller's promise.
        unsafe { call_unbarred(registration, tv, flow, run) }
    }
}

/// # Safety
///
/// `tv` and `flow` are what [`ThreadVars::from_ptr`] and [`Flow::from_ptr`] ask for, until this returns.
#[inline]
unsafe fn call_unbarred<F: 'static>(
    Registration { callback, record }: &'static Registration<F>,
    tv: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    run: impl FnOnce(&F, &mut ThreadVars<'_>, &mut Flow<'_>),
) {
    panic::contain_and_slow_down(record, || {
        // SAFETY: the caller's promise.
        let (mut tv, mut flow) = unsafe { (ThreadVars::from_ptr(tv), Flow::from_ptr(flow)) };
        run(callback, &mut tv, &mut flow);
    });
}
