//! Flow callbacks: the usual way to meet a [`ThreadVars`] while packets flow.
//!
//! | callback | runs | on |
//! | --- | --- | --- |
//! | [init](register_init_callback) | when a flow is picked up | the worker that picks it up |
//! | [update](register_update_callback) | for every packet of a flow, the first one included, right after init | the worker that has the packet: usually the one that began the flow, but don't count on it |
//! | [finish](register_finish_callback) | when the host is done with a flow | whichever thread retires it: usually a flow recycler or manager, *not* the worker that began it |
//!
//! The `ThreadVars` is always the calling thread's own. A worker's state therefore sees its flows
//! begin, but usually not end.
//!
//! Callbacks of a kind run in the order in which they were registered, on many threads at the same
//! time. They are kept for the life of the process. The flow and packet pointers are the host's,
//! valid during the call; what they point to is private to the host.
//!
//! As a value to compare, never to dereference, the pointer identifies the flow from init to finish. After
//! that the host uses the memory for another flow, which may begin on another worker: state that is kept by
//! pointer has to begin anew at each init.
//!
//! Where the host passes no `ThreadVars` (its own unit tests do so), the callback is not run, and
//! an error is logged.

use std::ffi::c_void;

use crate::host::functions;
use crate::{ThreadVars, callback, host_thread, sys};

/// Has the host call `callback` for each flow that it picks up, with the flow and its first packet,
/// on the worker that picks it up.
///
/// Call this while the plugin's `init` runs.
///
/// # Errors
///
/// As for [`register_init_callback`](crate::register_init_callback) of threads.
///
/// # Panics
///
/// A panic in `callback` is logged at error level and goes no further. See
/// [the crate's notes](crate#panics).
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{SCLogDebug, flow};
///
/// fn init() -> Result<(), &'static str> {
///     flow::register_init_callback(|_tv, flow, _packet| SCLogDebug!("flow {flow:p}"))
/// }
/// ```
pub fn register_init_callback<F>(callback: F) -> Result<(), &'static str>
where
    F: Fn(&mut ThreadVars<'_>, *mut sys::Flow, *const sys::Packet) + Send + Sync + 'static,
{
    // SAFETY: `init::<F>` takes what the host passes (H2).
    unsafe {
        callback::register(
            "flow init callback",
            callback,
            functions::SCFlowRegisterInitCallback,
            Some(init::<F>),
        )
    }
}

/// Has the host call `callback` for every packet of a flow, on the worker that has the packet.
///
/// This is the packet path: what runs here runs for every packet that belongs to a flow. Call this
/// while the plugin's `init` runs.
///
/// # Errors
///
/// As for [`register_init_callback`](crate::register_init_callback) of threads.
///
/// # Panics
///
/// A panic in `callback` is logged at error level and goes no further. See
/// [the crate's notes](crate#panics).
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{SCLogDebug, flow};
///
/// fn init() -> Result<(), &'static str> {
///     flow::register_update_callback(|_tv, flow, _packet| SCLogDebug!("flow {flow:p}"))
/// }
/// ```
pub fn register_update_callback<F>(callback: F) -> Result<(), &'static str>
where
    F: Fn(&mut ThreadVars<'_>, *mut sys::Flow, *mut sys::Packet) + Send + Sync + 'static,
{
    // SAFETY: `update::<F>` takes what the host passes (H2).
    unsafe {
        callback::register(
            "flow update callback",
            callback,
            functions::SCFlowRegisterUpdateCallback,
            Some(update::<F>),
        )
    }
}

/// Has the host call `callback` for each flow that it is done with, on whichever thread retires the
/// flow: usually a flow recycler or manager.
///
/// Call this while the plugin's `init` runs.
///
/// # Errors
///
/// As for [`register_init_callback`](crate::register_init_callback) of threads.
///
/// # Panics
///
/// A panic in `callback` is logged at error level and goes no further. See
/// [the crate's notes](crate#panics).
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{SCLogDebug, flow};
///
/// fn init() -> Result<(), &'static str> {
///     flow::register_finish_callback(|_tv, flow| SCLogDebug!("flow {flow:p}"))
/// }
/// ```
pub fn register_finish_callback<F>(callback: F) -> Result<(), &'static str>
where
    F: Fn(&mut ThreadVars<'_>, *mut sys::Flow) + Send + Sync + 'static,
{
    // SAFETY: `finish::<F>` takes what the host passes (H2).
    unsafe {
        callback::register(
            "flow finish callback",
            callback,
            functions::SCFlowRegisterFinishCallback,
            Some(finish::<F>),
        )
    }
}

unsafe extern "C" fn init<F>(
    tv: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    packet: *const sys::Packet,
    user: *mut c_void,
) where
    F: Fn(&mut ThreadVars<'_>, *mut sys::Flow, *const sys::Packet) + 'static,
{
    let run = move |callback: &F, tv: &mut ThreadVars<'_>| callback(tv, flow, packet);
    // SAFETY: both come from the host (H2).
    unsafe { callback::call_for_flow(tv, user, run) }
}

unsafe extern "C" fn update<F>(
    tv: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    packet: *mut sys::Packet,
    user: *mut c_void,
) where
    F: Fn(&mut ThreadVars<'_>, *mut sys::Flow, *mut sys::Packet) + 'static,
{
    let run = move |callback: &F, tv: &mut ThreadVars<'_>| callback(tv, flow, packet);
    // SAFETY: both come from the host (H2).
    unsafe { callback::call_for_flow(tv, user, run) }
}

unsafe extern "C" fn finish<F>(tv: *mut sys::ThreadVars, flow: *mut sys::Flow, user: *mut c_void)
where
    F: Fn(&mut ThreadVars<'_>, *mut sys::Flow) + 'static,
{
    // Some threads do nothing but finish flows, so nothing else has marked them.
    host_thread::mark();
    let run = move |callback: &F, tv: &mut ThreadVars<'_>| callback(tv, flow);
    // SAFETY: both come from the host (H2).
    unsafe { callback::call_for_flow(tv, user, run) }
}
