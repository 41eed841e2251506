//! The C API under one set of names: that of 9.0, as far as 8.0 has the same.

use std::ffi::{CStr, c_int, c_uint, c_void};

use suricata_thread_sys::common::StorageFreeFn;
use suricata_thread_sys::{ThreadVars, common};

#[cfg(feature = "suricata-8")]
use suricata_thread_sys::v8::{
    ThreadFreeStorageById as free_by_id, ThreadGetStorageById as get_by_id,
    ThreadSetStorageById as set_by_id, ThreadStorageId as StorageId, ThreadStorageSize as size,
};
#[cfg(not(feature = "suricata-8"))]
use suricata_thread_sys::v9::{
    SCThreadFreeStorageById as free_by_id, SCThreadGetStorageById as get_by_id,
    SCThreadSetStorageById as set_by_id, SCThreadStorageId as StorageId,
    SCThreadStorageSize as size,
};

#[cfg(feature = "suricata-8")]
pub use suricata_thread_sys::v8::SC_API_VERSION;
#[cfg(not(feature = "suricata-8"))]
pub use suricata_thread_sys::v9::SC_API_VERSION;

/// Frees a value.
pub type Free = unsafe extern "C" fn(*mut c_void);

/// A `ThreadVars` that the host has given to a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tv(*mut ThreadVars);

impl Tv {
    /// The one that a callback was called with.
    ///
    /// # Safety
    /// It is not NULL, and is used on the thread that it belongs to at that time, until it is freed.
    pub unsafe fn new(tv: *mut ThreadVars) -> Self {
        Self(tv)
    }

    /// Where it is.
    pub fn addr(self) -> usize {
        self.0.addr()
    }
}

/// A storage slot that the host has registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot(c_int);

/// A slot, or the id that means that the host refused it.
pub type Registered = Result<Slot, c_int>;

fn registered(id: StorageId) -> Registered {
    if id.id < 0 {
        Err(id.id)
    } else {
        Ok(Slot(id.id))
    }
}

/// Registers a slot for pointers.
pub fn register(name: Option<&'static CStr>, free: StorageFreeFn) -> Registered {
    let name = name.map_or(std::ptr::null(), CStr::as_ptr);
    #[cfg(feature = "suricata-8")]
    // SAFETY: the name is NULL or lives for ever, and `free` is for what the scenario stores in the slot.
    let id = unsafe {
        let size = size_of::<*mut c_void>() as c_uint;
        suricata_thread_sys::v8::ThreadStorageRegister(name, size, None, free)
    };
    #[cfg(not(feature = "suricata-8"))]
    // SAFETY: as above.
    let id = unsafe { suricata_thread_sys::v9::SCThreadStorageRegister(name, free) };
    registered(id)
}

/// Registers a slot as only 8.0 has them.
#[cfg(feature = "suricata-8")]
pub fn register_sized(
    name: &'static CStr,
    size: c_uint,
    alloc: suricata_thread_sys::v8::StorageAllocFn,
    free: Free,
) -> Registered {
    // SAFETY: the name lives for ever, and the functions are for what the scenario stores in the slot.
    let id = unsafe {
        suricata_thread_sys::v8::ThreadStorageRegister(name.as_ptr(), size, alloc, Some(free))
    };
    registered(id)
}

/// The bytes that a thread's slots take.
pub fn storage_size() -> c_uint {
    // SAFETY: it only reads a number.
    unsafe { size() }
}

impl Slot {
    /// The id.
    pub fn id(self) -> c_int {
        self.0
    }

    /// What the slot holds.
    pub fn get(self, tv: Tv) -> *mut c_void {
        // SAFETY: the slot is registered, and the ThreadVars is in use on this thread.
        unsafe { get_by_id(tv.0, StorageId { id: self.0 }) }
    }

    /// Makes it hold `value`.
    ///
    /// # Safety
    /// `value` is NULL or one for the slot's free function, and is handed to the host with this.
    pub unsafe fn set(self, tv: Tv, value: *mut c_void) -> c_int {
        // SAFETY: as in `get`; the value is the caller's promise.
        unsafe { set_by_id(tv.0, StorageId { id: self.0 }, value) }
    }

    /// Has the host free what it holds.
    pub fn free(self, tv: Tv) {
        // SAFETY: as in `get`; what the slot holds is the host's.
        unsafe { free_by_id(tv.0, StorageId { id: self.0 }) }
    }

    /// What it holds, made now where that is NULL.
    #[cfg(feature = "suricata-8")]
    pub fn alloc(self, tv: Tv) -> *mut c_void {
        // SAFETY: as in `get`.
        unsafe { suricata_thread_sys::v8::ThreadAllocStorageById(tv.0, StorageId { id: self.0 }) }
    }
}

/// Logs a line.
pub fn log(level: common::SCLogLevel, message: &CStr) -> c_int {
    let (file, function, module) = (c"suite.rs", c"function", c"conformance");
    // SAFETY: all are C strings.
    unsafe {
        common::SCLogMessage(
            level,
            file.as_ptr(),
            7,
            function.as_ptr(),
            module.as_ptr(),
            message.as_ptr(),
        )
    }
}

/// The host's log level.
pub fn log_level() -> common::SCLogLevel {
    // SAFETY: it only reads a number.
    unsafe { common::SCLogGetLogLevel() }
}
