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
use crate::registration::registering;
use crate::{SCLogError, host, plugin, sys};

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
    let user = std::ptr::null_mut();
    let registered = registering(|_| {
        let thread = functions::SCThreadRegisterInitCallback.ok_or(host::LACKING)?;
        let flow = functions::SCFlowRegisterInitCallback.ok_or(host::LACKING)?;
        // SAFETY: `at_thread_init` uses no user pointer, and `registering` sees to time and order.
        let thread = unsafe { thread(Some(at_thread_init), user) };
        // SAFETY: the same for `at_flow_init`.
        let flow = unsafe { flow(Some(at_flow_init), user) };
        if thread && flow {
            Ok(())
        } else {
            Err("the host is out of memory")
        }
    });
    if let Err(error) = registered {
        let name = plugin::name();
        SCLogError!("plugin {name}: {error}: some log lines will go to stderr");
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
