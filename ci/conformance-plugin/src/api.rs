//! The C API under one set of names, whichever generation the host is of.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use suricata_thread::Generation;
use suricata_thread_sys::common::{self, StorageFreeFn};
use suricata_thread_sys::v8::StorageAllocFn;
// 8.0's id is the same C struct under another name.
use suricata_thread_sys::v9::SCThreadStorageId as ThreadId;
use suricata_thread_sys::{ThreadVars, c_functions};

mod host {
    use super::*;

    macro_rules! weak {
        (
            common { $(fn $common:ident as $_c:ident $common_type:tt $(-> $common_result:ty)?;)* }
            v8 { $(fn $v8:ident as $_8:ident $v8_type:tt $(-> $v8_result:ty)?;)* }
            v9 { $(fn $v9:ident as $_9:ident $v9_type:tt $(-> $v9_result:ty)?;)* }
        ) => {
            suricata_thread::host_functions! {
                $(pub fn $v8 $v8_type $(-> $v8_result)?;)*
                $(pub fn $v9 $v9_type $(-> $v9_result)?;)*
            }
        };
    }
    c_functions!(weak: plugin);
}

/// The generation of the host.
pub fn generation() -> Generation {
    suricata_thread::generation().expect("a host that is known")
}

/// The function of the host that 8.0 and 9.0 call by these names.
macro_rules! of_host {
    ($v8:ident, $v9:ident) => {
        match generation() {
            Generation::V8 => host::$v8,
            _ => host::$v9,
        }
        .expect("the host has the functions of its generation")
    };
}

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

fn registered(id: ThreadId) -> Registered {
    if id.id < 0 {
        Err(id.id)
    } else {
        Ok(Slot(id.id))
    }
}

/// Registers a slot for pointers.
pub fn register(name: Option<&'static CStr>, free: StorageFreeFn) -> Registered {
    let name = name.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: the name is NULL or lives for ever, and `free` is for what the scenario stores in the slot.
    registered(unsafe {
        match generation() {
            Generation::V8 => {
                let size = size_of::<*mut c_void>() as c_uint;
                host::ThreadStorageRegister.expect("8.0 has it")(name, size, None, free)
            }
            _ => host::SCThreadStorageRegister.expect("9.0 has it")(name, free),
        }
    })
}

/// Registers a slot as only 8.0 has them, in 8.0 alone.
pub fn register_sized(
    name: &'static CStr,
    size: c_uint,
    alloc: StorageAllocFn,
    free: Free,
) -> Registered {
    // SAFETY: the name lives for ever, and the functions are for what the scenario stores in the slot.
    registered(unsafe {
        host::ThreadStorageRegister.expect("8.0 has it")(name.as_ptr(), size, alloc, Some(free))
    })
}

/// The bytes that a thread's slots take.
pub fn storage_size() -> c_uint {
    // SAFETY: it only reads a number.
    unsafe { of_host!(ThreadStorageSize, SCThreadStorageSize)() }
}

impl Slot {
    /// The id.
    pub fn id(self) -> c_int {
        self.0
    }

    /// What the slot holds.
    pub fn get(self, tv: Tv) -> *mut c_void {
        // SAFETY: the slot is registered, and the ThreadVars is in use on this thread.
        unsafe {
            of_host!(ThreadGetStorageById, SCThreadGetStorageById)(tv.0, ThreadId { id: self.0 })
        }
    }

    /// Makes it hold `value`.
    ///
    /// # Safety
    /// `value` is NULL or one for the slot's free function, and is handed to the host with this.
    pub unsafe fn set(self, tv: Tv, value: *mut c_void) -> c_int {
        // SAFETY: as in `get`; the value is the caller's promise.
        unsafe {
            of_host!(ThreadSetStorageById, SCThreadSetStorageById)(
                tv.0,
                ThreadId { id: self.0 },
                value,
            )
        }
    }

    /// Has the host free what it holds.
    pub fn free(self, tv: Tv) {
        // SAFETY: as in `get`; what the slot holds is the host's.
        unsafe {
            of_host!(ThreadFreeStorageById, SCThreadFreeStorageById)(tv.0, ThreadId { id: self.0 })
        }
    }

    /// What it holds, made now where that is NULL, in 8.0 alone.
    pub fn alloc(self, tv: Tv) -> *mut c_void {
        // SAFETY: as in `get`.
        unsafe { host::ThreadAllocStorageById.expect("8.0 has it")(tv.0, ThreadId { id: self.0 }) }
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
