//! Callbacks for flows, access to a flow, and storage for each flow.
//!
//! A callback gets its thread's [`ThreadVars`] and the flow, which the host has locked. Init and update callbacks also
//! get a pointer to the packet, which is valid during the call. See [Which thread runs
//! what](crate#which-thread-runs-what) for the time and the thread of each callback. If the host passes no
//! `ThreadVars`, as its own unit tests do, or no flow, an error is logged and the callback is not called.
//!
//! # How flows end
//!
//! **Finish callbacks do not run for every flow.** They do not run for flows that a worker retires itself. As a rule,
//! these are TCP conversations that had a handshake and are still open, or in which the host has something left to
//! inspect. Values are dropped at the end of every flow. So keep the state of a flow in a [`FlowStorage`], and count
//! ended flows in the [`Drop`] of the value.
//!
//! Seen in 8.0.8, and in part in 9.0.0-dev, for a capture read in the run mode `single` with Suricata's built-in
//! timeouts:
//!
//! | flows | finish runs | values are dropped |
//! | --- | --- | --- |
//! | TCP with a handshake, not closed when the capture ends | never | on the worker |
//! | TCP closed by FIN or RST, with something left to inspect: an HTTP request or FTP command without its whole answer, SSH, SMTP, data that were not acknowledged | never | on the worker |
//! | TCP closed, with all inspected: no data, answered HTTP requests, a protocol that the host gave up on | on the flow recycler | on the flow recycler |
//! | TCP without a handshake | on the flow recycler | on the flow recycler |
//! | TCP whose ports are used again by a SYN, after it was closed or the client has sent its FIN | never | on the worker |
//! | any whose next packet comes after a timeout: 30 s without an answer, 10 s for closed TCP, or else 300 s | never | on the worker |
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

/// Registers `callback` to run with the first packet of each flow, on the worker that picks the flow up.
///
/// The host locks a part of its flow table during the call, so a slow callback delays other workers. A panic in
/// `callback` is [logged](crate#panics).
///
/// # Errors
///
/// The errors are those of [`suricata_thread::register_init_callback`](crate::register_init_callback).
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

/// Registers `callback` to run for every packet of a flow, the first included, on the worker that handles the packet.
///
/// The worker is usually the one that ran flow init, but need not be. A panic in `callback` is [logged](crate#panics).
///
/// # Errors
///
/// The errors are those of [`suricata_thread::register_init_callback`](crate::register_init_callback).
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
/// The callback usually runs on a flow recycler, *not* on the worker that ran flow init. A panic in `callback` is
/// [logged](crate#panics).
///
/// # Errors
///
/// The errors are those of [`suricata_thread::register_init_callback`](crate::register_init_callback).
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
