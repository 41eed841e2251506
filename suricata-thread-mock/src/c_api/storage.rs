//! The storage of threads.

use std::ffi::{c_int, c_void};

use suricata_thread_sys::ThreadVars;

use crate::calling::handles::Handle;
use crate::calling::{refusals, thread_storage};
use crate::noun::function::Function;

pub(crate) fn get(function: Function, tv: *const ThreadVars, id: c_int) -> *mut c_void {
    thread_storage::with_slot(function, tv, id, std::ptr::null_mut(), |slot| slot.read())
}

pub(crate) fn set(function: Function, tv: *mut ThreadVars, id: c_int, ptr: *mut c_void) -> c_int {
    if thread_storage::store(function, tv, id, ptr) {
        0
    } else {
        -1
    }
}

pub(crate) fn alloc(function: Function, tv: *mut ThreadVars, id: c_int) -> *mut c_void {
    thread_storage::with_slot(function, tv, id, std::ptr::null_mut(), |slot| slot.alloc())
}

pub(crate) fn free(function: Function, tv: *mut ThreadVars, id: c_int) {
    thread_storage::with_slot(function, tv, id, (), |slot| slot.free());
}

pub(crate) fn free_all(function: Function, tv: *mut ThreadVars) {
    let Some(handle) = thread_storage::handle_of(function, tv, None) else {
        return;
    };
    let Handle { host, thread } = &*handle;
    if !refusals::refuses_to_plugins(host, function.name) {
        thread_storage::free_all(function.name, host, thread);
    }
}
