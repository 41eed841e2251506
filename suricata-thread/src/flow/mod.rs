//! Callbacks for flows, access to a flow, and storage for each flow.
//!
//! A callback gets its thread's [`ThreadVars`] and the flow, which the host has locked; init and update callbacks also
//! get the packet, a pointer that is valid during the call and whose fields are private to the host. When they run, and
//! where, is said in [Which thread runs what](crate#which-thread-runs-what). If the host passes no `ThreadVars` (its
//! own unit tests do so) or no flow, an error is logged instead of a call.
//!
//! # How flows end
//!
//! **Finish callbacks do not run for every flow.** They do not run for a flow that a worker retires itself. As a rule,
//! these are TCP conversations that had a handshake and are still open, or in which the host has something left to
//! inspect. The values of a flow are dropped at the end of every flow. So keep the state of a flow in [`FlowStorage`],
//! and count ended flows in its [`Drop`].
//!
//! Seen in 8.0.8 (and in 9.0.0-dev, as far as it was tried), for a capture read in the run mode `single` with
//! Suricata's default timeouts:
//!
//! | flows | finish runs | values are dropped |
//! | --- | --- | --- |
//! | TCP with a handshake, not closed when the capture ends | never | on the worker |
//! | TCP closed by FIN or RST, with something left to inspect: an HTTP request or FTP command without its whole answer, SSH, SMTP, data that were not acknowledged | never | on the worker |
//! | TCP closed, with all inspected: no data, answered HTTP requests, a protocol that the host gave up on | on the flow recycler | on the flow recycler |
//! | TCP without a handshake | on the flow recycler | on the flow recycler |
//! | TCP whose ports are used again by a SYN, after it was closed or the client has sent its FIN | never | on the worker |
//! | any whose next packet comes after 30 s (no answer yet), 300 s, or 10 s (TCP, closed) | never | on the worker |
//! | UDP at the end of the capture | on the flow recycler | on the flow recycler |
//!
//! When memory is short, finish may also run on a worker. The host reuses a flow's pointer for a later flow, whether or
//! not finish ran, so a pointer does not identify a flow.

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
/// The host holds a lock on part of its flow table during the call, so a slow callback holds up other workers. A panic
/// in `callback` is [logged](crate#panics).
///
/// # Errors
///
/// Returns an error in the same cases as [`register_init_callback`](crate::register_init_callback) for threads.
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

/// Registers `callback` to run for every packet of a flow, on the worker that handles the packet.
///
/// The worker is usually the one that ran flow init, but need not be. A panic in `callback` is [logged](crate#panics).
///
/// # Errors
///
/// Returns an error in the same cases as [`register_init_callback`](crate::register_init_callback) for threads.
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

/// Registers `callback` to run at the end of [some flows](self#how-flows-end).
///
/// It usually runs on a flow recycler, *not* on the worker that ran flow init. A panic in `callback` is
/// [logged](crate#panics).
///
/// # Errors
///
/// Returns an error in the same cases as [`register_init_callback`](crate::register_init_callback) for threads.
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
