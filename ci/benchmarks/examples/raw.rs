//! The measured plugin that calls the raw C API.

mod host;

use std::ffi::{c_int, c_void};

use host::State;
use suricata_thread_sys::common;
use suricata_thread_sys::v9::{self, SCFlowStorageId, SCThreadStorageId as Id};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

entry!(init);

unsafe extern "C" fn init() {
    // SAFETY: the name is constant, and `free` frees the stored `State`s. Callbacks get the user pointer that they
    // expect, which is never freed.
    let (id, of_flows) = unsafe {
        let id = v9::SCThreadStorageRegister(c"state".as_ptr(), Some(free));
        let user = Box::into_raw(Box::new(id)).cast();
        common::SCThreadRegisterInitCallback(Some(fill), user);
        host::next(c"thread init, one access");
        common::SCThreadRegisterInitCallback(Some(thread_init), user);
        host::next(c"flow update, one access");
        common::SCFlowRegisterUpdateCallback(Some(flow_update), user);
        let of_flows = v9::SCFlowStorageRegister(c"state".as_ptr(), Some(free));
        (id, of_flows)
    };
    assert!(id.id >= 0 && of_flows.id >= 0, "the host refused a slot");
    case!(c"access", id: Id, |tv, _flow| {
        // SAFETY: the host passes the calling thread's own.
        unsafe { count(v9::SCThreadGetStorageById(tv, *id)) }
    });
    case!(c"get_or_insert_with, filled", id: Id, |tv, _flow| {
        // SAFETY: as above.
        unsafe { insert(tv, *id) }
    });
    case!(c"get_or_insert_with, of a flow", of_flows: SCFlowStorageId, |_tv, flow| {
        let id = *of_flows;
        // SAFETY: the host passes its one flow.
        unsafe {
            count_or_set(v9::SCFlowGetStorageById(flow, id), |state| {
                v9::SCFlowSetStorageById(flow, id, state)
            });
        }
    });
    case!(c"access of a flow", of_flows: SCFlowStorageId, |_tv, flow| {
        // SAFETY: as above.
        unsafe { count(v9::SCFlowGetStorageById(flow, *of_flows)) }
    });
}

unsafe extern "C" fn free(value: *mut c_void) {
    // SAFETY: `count_or_set` made the value.
    drop(unsafe { Box::from_raw(value.cast::<State>()) });
}

/// # Safety
///
/// `state` is NULL, or a `State` that nothing else uses.
#[inline]
unsafe fn count(state: *mut c_void) {
    // SAFETY: the caller's promise.
    if let Some(state) = unsafe { state.cast::<State>().as_mut() } {
        state.calls += 1;
    }
}

/// # Safety
///
/// As for `count`.
#[inline]
unsafe fn count_or_set(state: *mut c_void, set: impl FnOnce(*mut c_void) -> c_int) {
    let mut state = state.cast::<State>();
    if state.is_null() {
        state = Box::into_raw(Box::default());
        assert_eq!(set(state.cast()), 0);
    }
    // SAFETY: the caller's promise, or the new `State`.
    unsafe { (*state).calls += 1 }
}

/// # Safety
///
/// `tv` is the calling thread's own, and `id` a slot for `State`s.
#[inline]
unsafe fn insert(tv: *mut ThreadVars, id: Id) {
    // SAFETY: the caller's promise.
    unsafe {
        count_or_set(v9::SCThreadGetStorageById(tv, id), |state| {
            v9::SCThreadSetStorageById(tv, id, state)
        });
    }
}

unsafe extern "C" fn fill(tv: *mut ThreadVars, id: *mut c_void) {
    // SAFETY: the host passes the calling thread's own, and the user pointer of `init`.
    unsafe { insert(tv, *id.cast()) }
}

unsafe extern "C" fn thread_init(tv: *mut ThreadVars, id: *mut c_void) {
    // SAFETY: as in `fill`.
    unsafe { count(v9::SCThreadGetStorageById(tv, *id.cast())) }
}

unsafe extern "C" fn flow_update(
    tv: *mut ThreadVars,
    _: *mut Flow,
    _: *mut Packet,
    id: *mut c_void,
) {
    // SAFETY: as in `fill`.
    unsafe { count(v9::SCThreadGetStorageById(tv, *id.cast())) }
}
