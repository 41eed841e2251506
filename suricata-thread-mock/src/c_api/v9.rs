//! The names of Suricata 9.0.
#![allow(non_snake_case)]

use std::ffi::{c_char, c_int, c_uint, c_void};

use suricata_thread_sys::ThreadVars;
use suricata_thread_sys::common::StorageFreeFn;
use suricata_thread_sys::v9::SCThreadStorageId;

use crate::api::Api;
use crate::slots::{self, Phase};
use crate::storage;

/// Host only: opens the registration of storage slots, with none registered.
///
/// # Safety
/// No thread's storage is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCStorageInit() {
    slots::phase("SCStorageInit", Api::V9, Phase::Init);
}

/// Host only: closes the registration of storage slots.
///
/// # Safety
/// None; unsafe as every C function is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCStorageFinalize() -> c_int {
    slots::phase("SCStorageFinalize", Api::V9, Phase::Finalize)
}

/// Host only: forgets every storage slot.
///
/// # Safety
/// No thread's storage is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCStorageCleanup() {
    slots::phase("SCStorageCleanup", Api::V9, Phase::Cleanup);
}

/// How many bytes a thread's slots take.
///
/// # Safety
/// None; unsafe as every C function is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCThreadStorageSize() -> c_uint {
    slots::size("SCThreadStorageSize", Api::V9)
}

/// Registers a storage slot; the id is negative where it was refused.
///
/// # Safety
/// `name` is NULL or a C string that stays for the life of the process; `Free` frees what the
/// slot will hold.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCThreadStorageRegister(
    name: *const c_char,
    Free: StorageFreeFn,
) -> SCThreadStorageId {
    // SAFETY: the caller's promise.
    let id = unsafe { slots::register("SCThreadStorageRegister", name, None, Free) };
    SCThreadStorageId { id }
}

/// What the slot holds; NULL where nothing was set.
///
/// # Safety
/// None beyond what a plugin promises: a wrong pointer or id is reported.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCThreadGetStorageById(
    tv: *const ThreadVars,
    id: SCThreadStorageId,
) -> *mut c_void {
    storage::get("SCThreadGetStorageById", Api::V9, tv, id.id)
}

/// Makes the slot hold `ptr`. 0 on success.
///
/// # Safety
/// The slot's free function may be called with `ptr` on the thread that takes this one down.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCThreadSetStorageById(
    tv: *mut ThreadVars,
    id: SCThreadStorageId,
    ptr: *mut c_void,
) -> c_int {
    storage::set("SCThreadSetStorageById", Api::V9, tv, id.id, ptr)
}

/// Frees what the slot holds and makes it NULL.
///
/// # Safety
/// Nobody uses the value afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCThreadFreeStorageById(tv: *mut ThreadVars, id: SCThreadStorageId) {
    storage::free("SCThreadFreeStorageById", Api::V9, tv, id.id);
}

/// Host only: frees what every slot of the thread holds, in the order of the ids.
///
/// # Safety
/// Nobody uses the values afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SCThreadFreeStorage(tv: *mut ThreadVars) {
    storage::free_all_raw("SCThreadFreeStorage", Api::V9, tv);
}
