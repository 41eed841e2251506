// The plugin of the examples in this crate's documentation, which include this file.

use std::ffi::{CStr, c_int, c_uint, c_void};
use std::ptr::{null_mut, without_provenance_mut};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use suricata_thread_sys::common::{
    SCFlowRegisterFinishCallback, SCFlowRegisterInitCallback, SCFlowRegisterUpdateCallback,
    SCLogLevel, SCLogMessage, SCThreadRegisterInitCallback,
};
use suricata_thread_sys::{Flow, Packet, ThreadVars, v8, v9};

unsafe extern "C" {
    fn suricata_thread_mock_generation_1() -> c_uint;
}

static CALLS: AtomicU64 = AtomicU64::new(0);

/// Returns the number of calls of callbacks and free functions.
pub fn calls() -> u64 {
    CALLS.load(Relaxed)
}

unsafe extern "C" fn free(_: *mut c_void) {
    CALLS.fetch_add(1, Relaxed);
}

unsafe extern "C" fn on_thread(_: *mut ThreadVars, _: *mut c_void) {
    CALLS.fetch_add(1, Relaxed);
}

unsafe extern "C" fn on_begin(_: *mut ThreadVars, _: *mut Flow, _: *const Packet, _: *mut c_void) {
    CALLS.fetch_add(1, Relaxed);
}

unsafe extern "C" fn on_packet(_: *mut ThreadVars, _: *mut Flow, _: *mut Packet, _: *mut c_void) {
    CALLS.fetch_add(1, Relaxed);
}

unsafe extern "C" fn on_end(_: *mut ThreadVars, _: *mut Flow, _: *mut c_void) {
    CALLS.fetch_add(1, Relaxed);
}

pub fn register_thread_callback() -> bool {
    // SAFETY: the callback uses none of its arguments.
    unsafe { SCThreadRegisterInitCallback(Some(on_thread), null_mut()) }
}

pub fn register_flow_callbacks() {
    // SAFETY: the callbacks use none of their arguments.
    unsafe {
        SCFlowRegisterInitCallback(Some(on_begin), null_mut());
        SCFlowRegisterUpdateCallback(Some(on_packet), null_mut());
        SCFlowRegisterFinishCallback(Some(on_end), null_mut());
    }
}

fn is_9() -> bool {
    // SAFETY: it takes nothing.
    unsafe { suricata_thread_mock_generation_1() == 9 }
}

/// Returns the id of the slot, or -1.
pub fn register_slot(name: &'static CStr) -> c_int {
    // SAFETY: the name and the function stay, and the function takes any value.
    unsafe {
        if is_9() {
            v9::SCThreadStorageRegister(name.as_ptr(), Some(free)).id
        } else {
            v8::ThreadStorageRegister(name.as_ptr(), 8, None, Some(free)).id
        }
    }
}

/// Returns `true` if the host has stored the value.
pub fn set(tv: *mut ThreadVars, id: c_int, value: usize) -> bool {
    let value = without_provenance_mut(value);
    // SAFETY: the host's pointer and id; the slot's free function takes any value.
    let status = unsafe {
        if is_9() {
            v9::SCThreadSetStorageById(tv, v9::SCThreadStorageId { id }, value)
        } else {
            v8::ThreadSetStorageById(tv, v8::ThreadStorageId { id }, value)
        }
    };
    status == 0
}

/// Uses NULL as a `ThreadVars`.
pub fn misuse() {
    set(null_mut(), 0, 7);
}

pub fn log(level: SCLogLevel, message: &CStr) {
    let (module, message) = (c"counter".as_ptr(), message.as_ptr());
    // SAFETY: the texts are C strings.
    unsafe { SCLogMessage(level, module, 1, module, module, message) };
}
