//! What 8.0.x and 9.0 have in common.
#![allow(non_snake_case)]

use std::ffi::{c_char, c_int, c_uint, c_void};

use suricata_thread_sys::common::{
    SCFlowFinishCallbackFn, SCFlowInitCallbackFn, SCFlowUpdateCallbackFn, SCLogLevel,
    SCThreadInitCallbackFn,
};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

use crate::callbacks::{self, Event};
use crate::log;

/// Registers a callback for each thread that is created. `false` where it was refused.
///
/// # Safety
/// The callback may be called with `user` on every thread, for the life of the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCThreadRegisterInitCallback(
    fn_: SCThreadInitCallbackFn,
    user: *mut c_void,
) -> bool {
    callbacks::register_thread_init(fn_, user)
}

/// Host only: runs the thread init callbacks.
///
/// # Safety
/// Nothing else is using the thread's storage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCThreadRunInitCallbacks(tv: *mut ThreadVars) {
    callbacks::run_raw(tv, Event::ThreadInit);
}

/// Registers a callback for each flow that begins. `false` where it was refused.
///
/// # Safety
/// The callback may be called with `user` on every thread, for the life of the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCFlowRegisterInitCallback(
    fn_: SCFlowInitCallbackFn,
    user: *mut c_void,
) -> bool {
    callbacks::register_flow_init(fn_, user)
}

/// Host only: runs the flow init callbacks.
///
/// # Safety
/// Nothing else is using the thread's storage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCFlowRunInitCallbacks(
    tv: *mut ThreadVars,
    f: *mut Flow,
    p: *const Packet,
) {
    callbacks::run_raw(tv, Event::FlowInit(f, p));
}

/// Registers a callback for each packet of a flow. `false` where it was refused.
///
/// # Safety
/// The callback may be called with `user` on every thread, for the life of the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCFlowRegisterUpdateCallback(
    fn_: SCFlowUpdateCallbackFn,
    user: *mut c_void,
) -> bool {
    callbacks::register_flow_update(fn_, user)
}

/// Host only: runs the flow update callbacks.
///
/// # Safety
/// Nothing else is using the thread's storage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCFlowRunUpdateCallbacks(
    tv: *mut ThreadVars,
    f: *mut Flow,
    p: *mut Packet,
) {
    callbacks::run_raw(tv, Event::FlowUpdate(f, p));
}

/// Registers a callback for each flow that ends. `false` where it was refused.
///
/// # Safety
/// The callback may be called with `user` on every thread, for the life of the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCFlowRegisterFinishCallback(
    fn_: SCFlowFinishCallbackFn,
    user: *mut c_void,
) -> bool {
    callbacks::register_flow_finish(fn_, user)
}

/// Host only: runs the flow finish callbacks.
///
/// # Safety
/// Nothing else is using the thread's storage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCFlowRunFinishCallbacks(tv: *mut ThreadVars, f: *mut Flow) {
    callbacks::run_raw(tv, Event::FlowFinish(f));
}

/// Logs a line, at whatever level. 0 on success.
///
/// # Safety
/// Each text is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCLogMessage(
    level: SCLogLevel,
    file: *const c_char,
    line: c_uint,
    function: *const c_char,
    module: *const c_char,
    message: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { log::message(level, file, line, function, module, message) }
}

/// The level up to which the host logs.
///
/// # Safety
/// None; unsafe as every C function is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCLogGetLogLevel() -> SCLogLevel {
    log::level()
}
