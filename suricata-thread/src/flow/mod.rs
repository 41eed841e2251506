//! Flows: callbacks for them, what they can tell, and storage for each of them.
//!
//! | callback | runs | on |
//! | --- | --- | --- |
//! | [init](register_init_callback) | when a flow is picked up | the worker that picks it up |
//! | [update](register_update_callback) | for every packet of a flow, the first one included, right after init | the worker that has the packet: usually the one that began the flow, but don't count on it |
//! | [finish](register_finish_callback) | for some flows, when the host is done with them | usually a flow recycler, *not* the worker that began it |
//! | drop of a value in [`FlowStorage`] | at the end of every flow | the thread that retires the flow |
//!
//! The `ThreadVars` is always the calling thread's own, and the flow is locked by the host. Callbacks of a kind
//! run in the order in which they were registered, on many threads at the same time. They are kept for the
//! life of the process. The packet pointer is the host's, valid during the call; what it points to is private
//! to the host.
//!
//! Where the host passes no `ThreadVars` (its own unit tests do so) or no flow, the callback is not run, and
//! an error is logged.
//!
//! # How flows end
//!
//! **Finish callbacks do not run for every flow.** A flow that a worker retires by itself gets none: as a
//! rule, every TCP conversation that had a handshake and is not over, or in which the host has something left to
//! inspect. The flow's storage is freed at the end of every flow. So state for each flow belongs in
//! [`FlowStorage`], and a plugin that counts flows that ended counts in a [`Drop`].
//!
//! As of 8.0.8 (and 9.0.0-dev, as far as it was tried), reading a capture in the run mode `single`, with the
//! timeouts that hold where nothing is configured:
//!
//! | flows | finish runs | storage is freed |
//! | --- | --- | --- |
//! | TCP with a handshake, not closed when the capture ends | never | on the worker |
//! | TCP closed by FIN or RST, with something left to inspect: an HTTP request or FTP command without its whole answer, SSH, SMTP, data that were not acknowledged | never | on the worker |
//! | TCP closed, with all inspected: no data, answered HTTP requests, a protocol that the host gave up on | on the flow recycler | on the flow recycler |
//! | TCP without a handshake | on the flow recycler | on the flow recycler |
//! | TCP whose ports are used again by a SYN, after it was closed or the client has sent its FIN | never | on the worker |
//! | any whose next packet comes after 30 s (no answer yet), 300 s, or 10 s (TCP, closed) | never | on the worker |
//! | UDP at the end of the capture | on the flow recycler | on the flow recycler |
//!
//! Where memory is short, finish may also run on a worker. The host uses a flow's pointer again for a later
//! flow, whether finish ran or not: state that is kept by pointer would be that of another flow.

use std::ffi::c_void;

use crate::callback::register;
use crate::host::functions;
use crate::{ThreadVars, host_thread, sys};

mod callback;
mod lent;
mod storage;

pub use lent::Flow;
pub use storage::FlowStorage;

/// Registers `callback` to run for each new flow, with its first packet, on the worker that picks it up.
///
/// The host has a part of its flow table locked meanwhile: a slow callback stalls other workers.
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
///     flow::register_init_callback(|_tv, flow, _packet| SCLogDebug!("{flow:?}"))
/// }
/// ```
pub fn register_init_callback<F>(callback: F) -> Result<(), &'static str>
where
    F: Fn(&mut ThreadVars<'_>, &mut Flow<'_>, *const sys::Packet) + Send + Sync + 'static,
{
    // SAFETY: `init::<F>` takes what the host passes (H2).
    unsafe {
        register(
            "flow init callback",
            callback,
            functions::SCFlowRegisterInitCallback,
            Some(init::<F>),
        )
    }
}

/// Registers `callback` to run for every packet of a flow, on the worker that has the packet.
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
///     flow::register_update_callback(|_tv, flow, _packet| SCLogDebug!("{flow:?}"))
/// }
/// ```
pub fn register_update_callback<F>(callback: F) -> Result<(), &'static str>
where
    F: Fn(&mut ThreadVars<'_>, &mut Flow<'_>, *mut sys::Packet) + Send + Sync + 'static,
{
    // SAFETY: `update::<F>` takes what the host passes (H2).
    unsafe {
        register(
            "flow update callback",
            callback,
            functions::SCFlowRegisterUpdateCallback,
            Some(update::<F>),
        )
    }
}

/// Registers `callback` to run when the host retires a flow, for [some flows](self#how-flows-end) only.
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
///     flow::register_finish_callback(|_tv, flow| SCLogDebug!("{flow:?}"))
/// }
/// ```
pub fn register_finish_callback<F>(callback: F) -> Result<(), &'static str>
where
    F: Fn(&mut ThreadVars<'_>, &mut Flow<'_>) + Send + Sync + 'static,
{
    // SAFETY: `finish::<F>` takes what the host passes (H2).
    unsafe {
        register(
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
    F: Fn(&mut ThreadVars<'_>, &mut Flow<'_>, *const sys::Packet) + 'static,
{
    let run = move |callback: &F, tv: &mut ThreadVars<'_>, flow: &mut Flow<'_>| {
        callback(tv, flow, packet)
    };
    // SAFETY: all come from the host (H2, H11).
    unsafe { callback::call(tv, flow, user, run) }
}

unsafe extern "C" fn update<F>(
    tv: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    packet: *mut sys::Packet,
    user: *mut c_void,
) where
    F: Fn(&mut ThreadVars<'_>, &mut Flow<'_>, *mut sys::Packet) + 'static,
{
    let run = move |callback: &F, tv: &mut ThreadVars<'_>, flow: &mut Flow<'_>| {
        callback(tv, flow, packet)
    };
    // SAFETY: all come from the host (H2, H11).
    unsafe { callback::call(tv, flow, user, run) }
}

unsafe extern "C" fn finish<F>(tv: *mut sys::ThreadVars, flow: *mut sys::Flow, user: *mut c_void)
where
    F: Fn(&mut ThreadVars<'_>, &mut Flow<'_>) + 'static,
{
    // Some threads do nothing but finish flows, so nothing else has marked them.
    host_thread::mark();
    let run = move |callback: &F, tv: &mut ThreadVars<'_>, flow: &mut Flow<'_>| callback(tv, flow);
    // SAFETY: all come from the host (H2, H11).
    unsafe { callback::call(tv, flow, user, run) }
}
