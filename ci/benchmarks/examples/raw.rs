//! The measured plugin that calls the C API as it is.

mod host;

use std::ffi::{c_char, c_void};

use host::{Kind, Names, State};
use suricata_thread_sys::{self as sys, v9};

entry!(init);

fn init() {
    let names = Box::leak(Box::new(Names::new("raw-slot", host::slots())));
    // SAFETY: the names are never freed, and `free` frees what is stored below.
    let slot = |_| unsafe { register_slot(names.next().as_ptr()) };
    let all: Vec<_> = (0..host::slots()).map(slot).collect();
    let last = *all.last().expect("a slot");
    let slots: *mut c_void = Box::into_raw(Box::new(all)).cast();
    let user: *mut c_void = Box::into_raw(Box::new(last)).cast();
    let nothing = std::ptr::null_mut();

    // SAFETY: each callback gets the user pointer that it expects, which is never freed.
    unsafe {
        sys::common::SCThreadRegisterInitCallback(Some(fill), slots);
        host::case(c"access", Kind::SameThread, access, last);
        host::next(c"thread init, empty");
        sys::common::SCThreadRegisterInitCallback(Some(empty_thread_init), nothing);
        host::next(c"thread init, one access");
        sys::common::SCThreadRegisterInitCallback(Some(thread_init), user);
        host::next(c"flow init, empty");
        sys::common::SCFlowRegisterInitCallback(Some(empty_flow_init), nothing);
        host::next(c"flow init, one access");
        sys::common::SCFlowRegisterInitCallback(Some(flow_init), user);
        host::next(c"flow update, empty");
        sys::common::SCFlowRegisterUpdateCallback(Some(empty_flow_update), nothing);
        host::next(c"flow update, one access");
        sys::common::SCFlowRegisterUpdateCallback(Some(flow_update), user);
    }
    host::case(
        c"get_or_insert_with, filled",
        Kind::SameThread,
        insert,
        last,
    );
    host::case(c"get_or_insert_with, empty", Kind::NewThreads, insert, last);
    let names = Names::new("raw", host::REGISTRATIONS);
    host::case(c"register", Kind::InInit, register, names);
    host::case(c"log below the host's level", Kind::SameThread, log, ());
}

/// # Safety
///
/// `name` is a C string that is never freed.
unsafe fn register_slot(name: *const c_char) -> v9::SCThreadStorageId {
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
/// `tv` is the calling thread's own, `id` one that the host gave out.
#[inline]
unsafe fn count(tv: *const sys::ThreadVars, id: v9::SCThreadStorageId) {
    // SAFETY: the caller's promise; the slot holds nothing but `State`s.
    unsafe {
        let state = v9::SCThreadGetStorageById(tv, id).cast::<State>();
        if !state.is_null() {
            (*state).calls += 1;
        }
    }
}

/// # Safety
///
/// As for `count`.
#[inline]
unsafe fn get_or_insert(tv: *mut sys::ThreadVars, id: v9::SCThreadStorageId) -> *mut State {
    // SAFETY: the caller's promise.
    unsafe {
        let mut state = v9::SCThreadGetStorageById(tv, id).cast::<State>();
        if state.is_null() {
            state = Box::into_raw(Box::default());
            assert_eq!(v9::SCThreadSetStorageById(tv, id, state.cast()), 0);
        }
        state
    }
}

unsafe extern "C" fn fill(tv: *mut sys::ThreadVars, user: *mut c_void) {
    // SAFETY: what this was registered with.
    let slots = unsafe { &*user.cast::<Vec<v9::SCThreadStorageId>>() };
    for id in slots {
        // SAFETY: the host's own arguments.
        unsafe { get_or_insert(tv, *id) };
    }
}

unsafe extern "C" fn access(tv: *mut c_void, _: *mut c_void, _: *mut c_void, user: *mut c_void) {
    // SAFETY: the host passes the calling thread's own, and what the case was made with.
    unsafe { count(tv.cast(), *user.cast()) }
}

unsafe extern "C" fn empty_thread_init(_: *mut sys::ThreadVars, _: *mut c_void) {}

unsafe extern "C" fn thread_init(tv: *mut sys::ThreadVars, user: *mut c_void) {
    // SAFETY: the host's own arguments, and what this was registered with.
    unsafe { count(tv, *user.cast()) }
}

unsafe extern "C" fn empty_flow_init(
    _: *mut sys::ThreadVars,
    _: *mut sys::Flow,
    _: *const sys::Packet,
    _: *mut c_void,
) {
}

unsafe extern "C" fn flow_init(
    tv: *mut sys::ThreadVars,
    _: *mut sys::Flow,
    _: *const sys::Packet,
    user: *mut c_void,
) {
    // SAFETY: the host's own arguments, and what this was registered with.
    unsafe { count(tv, *user.cast()) }
}

unsafe extern "C" fn empty_flow_update(
    _: *mut sys::ThreadVars,
    _: *mut sys::Flow,
    _: *mut sys::Packet,
    _: *mut c_void,
) {
}

unsafe extern "C" fn flow_update(
    tv: *mut sys::ThreadVars,
    _: *mut sys::Flow,
    _: *mut sys::Packet,
    user: *mut c_void,
) {
    // SAFETY: the host's own arguments, and what this was registered with.
    unsafe { count(tv, *user.cast()) }
}

unsafe extern "C" fn insert(tv: *mut c_void, _: *mut c_void, _: *mut c_void, user: *mut c_void) {
    // SAFETY: as in `access`.
    unsafe { (*get_or_insert(tv.cast(), *user.cast())).calls += 1 }
}

unsafe extern "C" fn register(_: *mut c_void, _: *mut c_void, _: *mut c_void, user: *mut c_void) {
    // SAFETY: what the case was made with; it is never freed, and so neither are the names.
    unsafe { register_slot((*user.cast::<Names>()).next().as_ptr()) };
}

unsafe extern "C" fn log(tv: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    // SAFETY: constant C strings; the level may be asked for on any thread.
    unsafe {
        if sys::common::SCLogGetLogLevel().0 >= sys::common::SCLogLevel::SC_LOG_INFO.0 {
            let text = std::ffi::CString::new(format!("called for {tv:p}")).expect("no NUL in it");
            let name = c"raw".as_ptr();
            sys::common::SCLogMessage(
                sys::common::SCLogLevel::SC_LOG_INFO,
                name,
                line!(),
                name,
                name,
                text.as_ptr(),
            );
        }
    }
}
