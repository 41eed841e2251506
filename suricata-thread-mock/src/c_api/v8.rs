//! The names of Suricata 8.0.x.
#![allow(non_snake_case)]

use std::ffi::{c_char, c_int, c_uint, c_void};

use suricata_thread_sys::ThreadVars;
use suricata_thread_sys::common::StorageFreeFn;
use suricata_thread_sys::v8::{StorageAllocFn, ThreadStorageId};

use crate::api::Api;
use crate::slots::{self, Allocation, Phase};
use crate::storage;

/// Host only: opens the registration of storage slots, with none registered.
///
/// # Safety
/// No thread's storage is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn StorageInit() {
    slots::phase("StorageInit", Api::V8, Phase::Init);
}

/// Host only: closes the registration of storage slots.
///
/// # Safety
/// None; unsafe as every C function is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn StorageFinalize() -> c_int {
    slots::phase("StorageFinalize", Api::V8, Phase::Finalize)
}

/// Host only: forgets every storage slot.
///
/// # Safety
/// No thread's storage is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn StorageCleanup() {
    slots::phase("StorageCleanup", Api::V8, Phase::Cleanup);
}

/// How many bytes a thread's slots take.
///
/// # Safety
/// None; unsafe as every C function is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ThreadStorageSize() -> c_uint {
    slots::size("ThreadStorageSize", Api::V8)
}

/// Registers a storage slot; the id is negative where it was refused.
///
/// # Safety
/// `name` is NULL or a C string that stays for the life of the process; `Alloc` makes, from
/// `size`, and `Free` frees what the slot will hold.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ThreadStorageRegister(
    name: *const c_char,
    size: c_uint,
    Alloc: StorageAllocFn,
    Free: StorageFreeFn,
) -> ThreadStorageId {
    let allocation = Allocation { size, alloc: Alloc };
    // SAFETY: the caller's promise.
    let id = unsafe { slots::register("ThreadStorageRegister", name, Some(allocation), Free) };
    ThreadStorageId { id }
}

/// What the slot holds; NULL where nothing was set.
///
/// # Safety
/// None beyond what a plugin promises: a wrong pointer or id is reported.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ThreadGetStorageById(
    tv: *const ThreadVars,
    id: ThreadStorageId,
) -> *mut c_void {
    storage::get("ThreadGetStorageById", Api::V8, tv, id.id)
}

/// Makes the slot hold `ptr`. 0 on success.
///
/// # Safety
/// The slot's free function may be called with `ptr` on the thread that takes this one down.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ThreadSetStorageById(
    tv: *mut ThreadVars,
    id: ThreadStorageId,
    ptr: *mut c_void,
) -> c_int {
    storage::set("ThreadSetStorageById", Api::V8, tv, id.id, ptr)
}

/// What the slot holds, made by the alloc function first where that is NULL.
///
/// # Safety
/// None beyond what a plugin promises: a wrong pointer or id is reported.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ThreadAllocStorageById(
    tv: *mut ThreadVars,
    id: ThreadStorageId,
) -> *mut c_void {
    storage::alloc("ThreadAllocStorageById", Api::V8, tv, id.id)
}

/// Frees what the slot holds and makes it NULL.
///
/// # Safety
/// Nobody uses the value afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ThreadFreeStorageById(tv: *mut ThreadVars, id: ThreadStorageId) {
    storage::free("ThreadFreeStorageById", Api::V8, tv, id.id);
}

/// Host only: frees what every slot of the thread holds, in the order of the ids.
///
/// # Safety
/// Nobody uses the values afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ThreadFreeStorage(tv: *mut ThreadVars) {
    storage::free_all_raw("ThreadFreeStorage", Api::V8, tv);
}
