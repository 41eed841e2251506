//! The measured plugin that calls the C API as it is.

mod host;

use std::ffi::{c_char, c_void};

use host::State;
use suricata_thread_sys::common;
use suricata_thread_sys::v9::{self, SCFlowStorageId, SCThreadStorageId as Id};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

entry!(init);

unsafe extern "C" fn init() {
    // SAFETY: the name is constant.
    let id = unsafe { register_slot(c"state".as_ptr()) };
    let user: *mut c_void = Box::into_raw(Box::new(id)).cast();
    // SAFETY: each callback gets the user pointer that it expects, which is never freed.
    unsafe {
        common::SCThreadRegisterInitCallback(Some(fill), user);
        host::case(c"access", access, id);
        host::next(c"thread init, one access");
        common::SCThreadRegisterInitCallback(Some(thread_init), user);
        host::next(c"flow update, one access");
        common::SCFlowRegisterUpdateCallback(Some(flow_update), user);
    }
    host::case(c"get_or_insert_with, filled", insert, id);
    // SAFETY: the name is constant; `free` frees what is stored.
    let of_flows = unsafe { v9::SCFlowStorageRegister(c"state".as_ptr(), Some(free)) };
    assert!(of_flows.id >= 0, "the host refused a slot of flows");
    host::case(c"get_or_insert_with, of a flow", insert_in_flow, of_flows);
    host::case(c"access of a flow", access_of_flow, of_flows);
}

/// # Safety
///
/// `name` is a C string that is never freed.
unsafe fn register_slot(name: *const c_char) -> Id {
    // SAFETY: the caller's promise; `free` frees what is stored below.
    let id = unsafe { v9::SCThreadStorageRegister(name, Some(free)) };
    assert!(id.id >= 0, "the host refused a slot");
    id
}

unsafe extern "C" fn free(value: *mut c_void) {
    // SAFETY: the host passes what `get_or_insert` stored.
    drop(unsafe { Box::from_raw(value.cast::<State>()) });
}

/// # Safety
///
/// `tv` is the calling thread's own, `id` points to one that the host gave out.
#[inline]
unsafe fn count(tv: *const ThreadVars, id: *const c_void) {
    // SAFETY: the caller's promise; the slot holds nothing but `State`s.
    unsafe {
        let state = v9::SCThreadGetStorageById(tv, *id.cast()).cast::<State>();
        if !state.is_null() {
            (*state).calls += 1;
        }
    }
}

/// # Safety
///
/// As for `count`.
#[inline]
unsafe fn get_or_insert(tv: *mut ThreadVars, id: *const c_void) -> *mut State {
    // SAFETY: the caller's promise.
    unsafe {
        let mut state = v9::SCThreadGetStorageById(tv, *id.cast()).cast::<State>();
        if state.is_null() {
            state = Box::into_raw(Box::default());
            assert_eq!(v9::SCThreadSetStorageById(tv, *id.cast(), state.cast()), 0);
        }
        state
    }
}

unsafe extern "C" fn fill(tv: *mut ThreadVars, id: *mut c_void) {
    // SAFETY: the host's own arguments.
    unsafe { get_or_insert(tv, id) };
}

unsafe extern "C" fn access(tv: *mut c_void, _: *mut c_void, _: *mut c_void, id: *mut c_void) {
    // SAFETY: the host passes the calling thread's own, and what the case was made with.
    unsafe { count(tv.cast(), id) }
}

unsafe extern "C" fn thread_init(tv: *mut ThreadVars, id: *mut c_void) {
    // SAFETY: as in `access`.
    unsafe { count(tv, id) }
}

unsafe extern "C" fn flow_update(
    tv: *mut ThreadVars,
    _: *mut Flow,
    _: *mut Packet,
    id: *mut c_void,
) {
    // SAFETY: as in `access`.
    unsafe { count(tv, id) }
}

unsafe extern "C" fn insert(tv: *mut c_void, _: *mut c_void, _: *mut c_void, id: *mut c_void) {
    // SAFETY: as in `access`.
    unsafe { (*get_or_insert(tv.cast(), id)).calls += 1 }
}

unsafe extern "C" fn access_of_flow(
    _: *mut c_void,
    flow: *mut c_void,
    _: *mut c_void,
    id: *mut c_void,
) {
    // SAFETY: the host passes its one flow, and what the case was made with; the slot holds nothing but `State`s.
    unsafe {
        let state = v9::SCFlowGetStorageById(flow.cast::<Flow>(), *id.cast()).cast::<State>();
        if !state.is_null() {
            (*state).calls += 1;
        }
    }
}

unsafe extern "C" fn insert_in_flow(
    _: *mut c_void,
    flow: *mut c_void,
    _: *mut c_void,
    id: *mut c_void,
) {
    // SAFETY: as in `access_of_flow`.
    unsafe {
        let (flow, id) = (flow.cast::<Flow>(), *id.cast::<SCFlowStorageId>());
        let mut state = v9::SCFlowGetStorageById(flow, id).cast::<State>();
        if state.is_null() {
            state = Box::into_raw(Box::default());
            assert_eq!(v9::SCFlowSetStorageById(flow, id, state.cast()), 0);
        }
        (*state).calls += 1;
    }
}
