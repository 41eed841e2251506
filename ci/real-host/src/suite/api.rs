//! The C API under one set of names for both generations.

use std::collections::HashSet;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::null;
use std::sync::Mutex;
use std::thread::{self, ThreadId as OsThread};

use suricata_thread::Generation;
use suricata_thread_sys::common::{self, SCLogLevel, StorageFreeFn};
use suricata_thread_sys::v8::StorageAllocFn;
// 8.0's ids are the same C structs under other names.
use suricata_thread_sys::v9::{AppProto, SCFlowStorageId as FlowId, SCThreadStorageId as ThreadId};
use suricata_thread_sys::{Flow, Packet, ThreadVars, c_functions};

mod host {
    use super::*;

    macro_rules! weak {
        (
            common { $(fn $common:ident as $_c:ident $common_type:tt $(-> $common_result:ty)?;)* }
            v8 { $(fn $v8:ident as $_8:ident $v8_type:tt $(-> $v8_result:ty)?;)* }
            v9 { $(fn $v9:ident as $_9:ident $v9_type:tt $(-> $v9_result:ty)?;)* }
        ) => {
            suricata_thread::host_functions! {
                $(pub(super) fn $v8 $v8_type $(-> $v8_result)?;)*
                $(pub(super) fn $v9 $v9_type $(-> $v9_result)?;)*
            }
        };
    }
    c_functions!(weak: plugin);
}

/// Returns the generation of the host.
pub fn generation() -> Generation {
    suricata_thread::generation().expect("a host that is known")
}

/// The host's function with these names in 8.0 and in 9.0.
macro_rules! of_host {
    ($v8:ident, $v9:ident) => {
        match generation() {
            Generation::V8 => host::$v8,
            _ => host::$v9,
        }
        .expect("the host has the functions of its generation")
    };
}

/// A `ThreadVars` that the host has passed to a callback, for use while the host lends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tv(pub(super) *mut ThreadVars);

// SAFETY: an address. Its users ensure that they are on the right thread.
unsafe impl Send for Tv {}

/// A storage slot that the host has registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot(pub(super) c_int);

/// A slot, or the negative id of a refusal.
pub type Registered = Result<Slot, c_int>;

fn registered(id: ThreadId) -> Registered {
    (id.id >= 0).then_some(Slot(id.id)).ok_or(id.id)
}

/// Registers a slot for pointers.
pub fn register(name: Option<&'static CStr>, free: StorageFreeFn) -> Registered {
    if generation() == Generation::V8 {
        return register_sized(name, size_of::<*mut c_void>() as c_uint, None, free);
    }
    let register = host::SCThreadStorageRegister.expect("9.0 has it");
    // SAFETY: the name is NULL or lives for ever, and `free` frees the values of the scenario.
    registered(unsafe { register(name.map_or(null(), CStr::as_ptr), free) })
}

/// Registers a slot with a size and an alloc function, in 8.0 only.
pub fn register_sized(
    name: Option<&'static CStr>,
    size: c_uint,
    alloc: StorageAllocFn,
    free: StorageFreeFn,
) -> Registered {
    let register = host::ThreadStorageRegister.expect("8.0 has it");
    // SAFETY: as in `register`.
    registered(unsafe { register(name.map_or(null(), CStr::as_ptr), size, alloc, free) })
}

/// Returns the size of a thread's storage in bytes.
pub fn storage_size() -> c_uint {
    // SAFETY: it only reads a number.
    unsafe { of_host!(ThreadStorageSize, SCThreadStorageSize)() }
}

impl Slot {
    /// Returns the slot's pointer.
    pub fn get(self, tv: Tv) -> *mut c_void {
        let get = of_host!(ThreadGetStorageById, SCThreadGetStorageById);
        // SAFETY: the slot is registered, and the `ThreadVars` is in use on this thread.
        unsafe { get(tv.0, ThreadId { id: self.0 }) }
    }

    /// Stores `value`: NULL, or a value for the slot's free function.
    pub fn set(self, tv: Tv, value: *mut c_void) -> c_int {
        let set = of_host!(ThreadSetStorageById, SCThreadSetStorageById);
        // SAFETY: as in `get`.
        unsafe { set(tv.0, ThreadId { id: self.0 }, value) }
    }

    /// Frees the slot's value.
    pub fn free(self, tv: Tv) {
        let free = of_host!(ThreadFreeStorageById, SCThreadFreeStorageById);
        // SAFETY: as in `get`; only the host frees the value.
        unsafe { free(tv.0, ThreadId { id: self.0 }) }
    }

    /// Returns the slot's pointer, allocating a value first if it is NULL; in 8.0 only.
    pub fn alloc(self, tv: Tv) -> *mut c_void {
        let alloc = host::ThreadAllocStorageById.expect("8.0 has it");
        // SAFETY: as in `get`.
        unsafe { alloc(tv.0, ThreadId { id: self.0 }) }
    }
}

/// Registers `callback` to run for each thread that the host creates.
pub fn on_thread_init<F: Fn(Tv) + 'static>(callback: F) {
    unsafe extern "C" fn call<F: Fn(Tv)>(tv: *mut ThreadVars, callback: *mut c_void) {
        // SAFETY: leaked below, and only read.
        let callback = unsafe { &*callback.cast::<F>() };
        callback(Tv(tv));
    }
    let user = Box::into_raw(Box::new(callback)).cast();
    // SAFETY: `call` takes such a pointer; threads are created one at a time.
    unsafe { common::SCThreadRegisterInitCallback(Some(call::<F>), user) };
}

/// Registers `callback` to run on each thread with its first flow.
pub fn on_first_flow<F: Fn(Tv) + Sync + 'static>(callback: F) {
    type First<F> = (F, Mutex<HashSet<OsThread>>);
    unsafe extern "C" fn call<F: Fn(Tv)>(
        tv: *mut ThreadVars,
        _: *mut Flow,
        _: *const Packet,
        first: *mut c_void,
    ) {
        // SAFETY: leaked below, and only read.
        let (callback, seen) = unsafe { &*first.cast::<First<F>>() };
        let thread = thread::current().id();
        if seen.lock().expect("no panic").insert(thread) {
            callback(Tv(tv));
        }
    }
    let first: First<F> = (callback, Mutex::default());
    let user = Box::into_raw(Box::new(first)).cast();
    // SAFETY: `call` takes such a pointer, on any thread.
    unsafe { common::SCFlowRegisterInitCallback(Some(call::<F>), user) };
}

/// Logs a line.
pub fn log(level: SCLogLevel, message: &CStr) -> c_int {
    let [file, function, module] = [c"suite.rs", c"function", c"conformance"].map(Some);
    log_all(level, file, function, module, Some(message))
}

/// Logs a line; `None` is NULL.
pub fn log_all(
    level: SCLogLevel,
    file: Option<&CStr>,
    function: Option<&CStr>,
    module: Option<&CStr>,
    message: Option<&CStr>,
) -> c_int {
    let texts = [file, function, module, message];
    let [file, function, module, message] = texts.map(|text| text.map_or(null(), CStr::as_ptr));
    // SAFETY: each is NULL or a C string.
    unsafe { common::SCLogMessage(level, file, 7, function, module, message) }
}
