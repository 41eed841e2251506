//! Which threads are the host's: those on which it has called the plugin.
//!
//! The host joins its own threads before it takes its log down, but knows nothing of those that a
//! plugin starts: one of them could be writing to the log while the host frees it. So the log is for
//! the host's threads only.
//!
//! Marking a thread costs more than dispatching a callback. Hence no callback of the plugin's marks,
//! on the packet path or when threads are set up; two callbacks of this crate, which the host runs
//! before them, do so when a thread is set up and when it picks a flow up.

use std::cell::Cell;
use std::ffi::c_void;

use crate::host::functions;
use crate::{callback, plugin, sys};

thread_local! {
    static IS_HOSTS: Cell<bool> = const { Cell::new(false) };
}

/// Notes that the calling thread is the host's: the host is calling the plugin on it.
pub(crate) fn mark() {
    IS_HOSTS.set(true);
}

/// Whether the calling thread is known to be the host's.
pub(crate) fn is_marked() -> bool {
    IS_HOSTS.get()
}

/// Registers the callbacks that mark the host's threads: called while an init runs, before the
/// plugin's own part of it.
///
/// Through the same lock as all registrations: a thread that the plugin has started in an init before
/// (the host runs it twice for a plugin that is listed twice) may be registering at this time.
pub(crate) fn register_marks() {
    if let Err(error) = try_register_marks() {
        plugin::log_error(format_args!("some log lines will go to stderr: {error}"));
    }
}

fn try_register_marks() -> Result<(), &'static str> {
    let user = std::ptr::null_mut();
    // SAFETY: `at_thread_init` uses no user pointer.
    unsafe {
        callback::register_raw(
            functions::SCThreadRegisterInitCallback,
            Some(at_thread_init),
            user,
        )
    }?;
    // SAFETY: the same for `at_flow_init`.
    unsafe {
        callback::register_raw(
            functions::SCFlowRegisterInitCallback,
            Some(at_flow_init),
            user,
        )
    }
}

unsafe extern "C" fn at_thread_init(_: *mut sys::ThreadVars, _: *mut c_void) {
    mark();
}

unsafe extern "C" fn at_flow_init(
    _: *mut sys::ThreadVars,
    _: *mut sys::Flow,
    _: *const sys::Packet,
    _: *mut c_void,
) {
    mark();
}
