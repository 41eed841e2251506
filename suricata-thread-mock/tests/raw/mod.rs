//! The storage functions of both generations under one set of names, and values that note when and
//! where they are freed.
#![allow(dead_code, reason = "each test file uses a part")]

use std::ffi::{CStr, c_int, c_uint, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};

use suricata_thread_mock::{Generation, Host, Report, ReportKind};
use suricata_thread_sys as sys;
use sys::ThreadVars;
use sys::common::StorageFreeFn;

/// A generation's storage functions.
#[derive(Clone, Copy)]
pub struct Raw {
    pub generation: Generation,
    /// The prefix of its functions' names.
    pub prefix: &'static str,
}

pub const V8: Raw = Raw {
    generation: Generation::V8,
    prefix: "",
};
pub const V9: Raw = Raw {
    generation: Generation::V9,
    prefix: "SC",
};
pub const BOTH: [Raw; 2] = [V8, V9];

impl Raw {
    pub fn host(self) -> Host {
        Host::builder().generation(self.generation).build()
    }

    pub fn recording(self) -> Host {
        Host::builder()
            .generation(self.generation)
            .record_only()
            .build()
    }

    pub fn register(self, name: &'static CStr) -> c_int {
        self.register_raw(name.as_ptr(), Some(free))
    }

    pub fn register_raw(self, name: *const std::ffi::c_char, free: StorageFreeFn) -> c_int {
        let size = size_of::<*mut c_void>() as c_uint;
        // SAFETY: the name is NULL or static, `free` is for what the slot will hold.
        unsafe {
            match self.generation {
                Generation::V8 => sys::v8::ThreadStorageRegister(name, size, None, free).id,
                _ => sys::v9::SCThreadStorageRegister(name, free).id,
            }
        }
    }

    pub fn get(self, tv: *const ThreadVars, id: c_int) -> *mut c_void {
        // SAFETY: the mock reports wrong pointers and ids.
        unsafe {
            match self.generation {
                Generation::V8 => {
                    sys::v8::ThreadGetStorageById(tv, sys::v8::ThreadStorageId { id })
                }
                _ => sys::v9::SCThreadGetStorageById(tv, sys::v9::SCThreadStorageId { id }),
            }
        }
    }

    pub fn set(self, tv: *mut ThreadVars, id: c_int, ptr: *mut c_void) -> c_int {
        // SAFETY: the mock reports wrong pointers and ids; `ptr` is for the slot's free function.
        unsafe {
            match self.generation {
                Generation::V8 => {
                    sys::v8::ThreadSetStorageById(tv, sys::v8::ThreadStorageId { id }, ptr)
                }
                _ => sys::v9::SCThreadSetStorageById(tv, sys::v9::SCThreadStorageId { id }, ptr),
            }
        }
    }

    pub fn free(self, tv: *mut ThreadVars, id: c_int) {
        // SAFETY: the mock reports wrong pointers and ids; nobody uses the value afterwards.
        unsafe {
            match self.generation {
                Generation::V8 => {
                    sys::v8::ThreadFreeStorageById(tv, sys::v8::ThreadStorageId { id })
                }
                _ => sys::v9::SCThreadFreeStorageById(tv, sys::v9::SCThreadStorageId { id }),
            }
        }
    }

    pub fn free_all(self, tv: *mut ThreadVars) {
        // SAFETY: nobody uses the values afterwards.
        unsafe {
            match self.generation {
                Generation::V8 => sys::v8::ThreadFreeStorage(tv),
                _ => sys::v9::SCThreadFreeStorage(tv),
            }
        }
    }

    pub fn storage_finalize(self) -> c_int {
        // SAFETY: no conditions.
        unsafe {
            match self.generation {
                Generation::V8 => sys::v8::StorageFinalize(),
                _ => sys::v9::SCStorageFinalize(),
            }
        }
    }

    pub fn size(self) -> usize {
        // SAFETY: no conditions.
        let size = unsafe {
            match self.generation {
                Generation::V8 => sys::v8::ThreadStorageSize(),
                _ => sys::v9::SCThreadStorageSize(),
            }
        };
        size as usize
    }
}

/// The tags of freed values, with the name of the thread that freed each.
pub type Frees = Arc<Mutex<Vec<(u32, String)>>>;

struct Value {
    tag: u32,
    frees: Frees,
}

/// A value for a slot that was registered with [`free`].
pub fn value(tag: u32, frees: &Frees) -> *mut c_void {
    let frees = Arc::clone(frees);
    Box::into_raw(Box::new(Value { tag, frees })).cast()
}

/// Frees a [`value`].
pub unsafe extern "C" fn free(ptr: *mut c_void) {
    // SAFETY: every slot with this function holds what `value` made.
    let value: Box<Value> = unsafe { Box::from_raw(ptr.cast()) };
    value.frees.lock().unwrap().push((value.tag, thread_name()));
}

/// The kernel's name of this thread.
pub fn thread_name() -> String {
    let name = std::fs::read_to_string("/proc/thread-self/comm").expect("a name");
    name.trim_end().to_owned()
}

pub fn tags(frees: &Frees) -> Vec<u32> {
    frees.lock().unwrap().iter().map(|(tag, _)| *tag).collect()
}

/// A callback that calls a closure: the user pointer is a leaked `Box` of it.
pub type Closure = Box<dyn Fn(*mut ThreadVars) + Send + Sync>;

pub unsafe extern "C-unwind" fn run_closure(tv: *mut ThreadVars, user: *mut c_void) {
    // SAFETY: registered with a leaked `Closure`.
    let closure = unsafe { &*user.cast::<Closure>() };
    closure(tv);
}

/// Registers a thread init callback that may panic.
pub fn on_thread_init(f: impl Fn(*mut ThreadVars) + Send + Sync + 'static) -> bool {
    let closure: Closure = Box::new(f);
    let user = Box::into_raw(Box::new(closure));
    let callback: unsafe extern "C-unwind" fn(*mut ThreadVars, *mut c_void) = run_closure;
    // SAFETY: "C" and "C-unwind" functions are called alike, and the mock catches unwinding.
    let callback: unsafe extern "C" fn(*mut ThreadVars, *mut c_void) =
        unsafe { std::mem::transmute(callback) };
    // SAFETY: the closure is never freed where the host has it.
    let registered =
        unsafe { sys::common::SCThreadRegisterInitCallback(Some(callback), user.cast()) };
    if !registered {
        // SAFETY: refused, so still ours.
        drop(unsafe { Box::from_raw(user) });
    }
    registered
}

pub unsafe extern "C-unwind" fn run_flow_closure(
    tv: *mut ThreadVars,
    _: *mut sys::Flow,
    _: *const sys::Packet,
    user: *mut c_void,
) {
    // SAFETY: registered with a leaked `Closure`.
    let closure = unsafe { &*user.cast::<Closure>() };
    closure(tv);
}

/// Registers a flow init callback that may panic.
pub fn on_flow_init(f: impl Fn(*mut ThreadVars) + Send + Sync + 'static) -> bool {
    let closure: Closure = Box::new(f);
    let user = Box::into_raw(Box::new(closure));
    type InitFn = unsafe extern "C-unwind" fn(
        *mut ThreadVars,
        *mut sys::Flow,
        *const sys::Packet,
        *mut c_void,
    );
    let callback: InitFn = run_flow_closure;
    // SAFETY: "C" and "C-unwind" functions are called alike, and the mock catches unwinding.
    let callback: unsafe extern "C" fn(
        *mut ThreadVars,
        *mut sys::Flow,
        *const sys::Packet,
        *mut c_void,
    ) = unsafe { std::mem::transmute(callback) };
    // SAFETY: the closure is never freed where the host has it.
    let registered =
        unsafe { sys::common::SCFlowRegisterInitCallback(Some(callback), user.cast()) };
    if !registered {
        // SAFETY: refused, so still ours.
        drop(unsafe { Box::from_raw(user) });
    }
    registered
}

/// Returns the only report of the host, which is of this kind, and drops the host.
pub fn only_report(host: &Host, kind: ReportKind) -> Report {
    let reports = host.reports();
    assert_eq!(reports.len(), 1, "{reports:#?}");
    assert_eq!(reports[0].kind, kind, "{reports:#?}");
    reports[0].clone()
}

/// Returns the message of the panic in `f`.
pub fn panic_of(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().unwrap().to_string(),
    }
}

/// Asserts that `text` contains `parts`, in this order.
#[track_caller]
pub fn assert_says(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some(at) = rest.find(part) else {
            panic!("expected {part:?} in {rest:?}, the rest of {text:?}");
        };
        rest = &rest[at + part.len()..];
    }
}

pub fn ptr(value: usize) -> *mut c_void {
    std::ptr::without_provenance_mut(value)
}

/// A free function for slots that hold numbers.
pub unsafe extern "C" fn forget(_: *mut c_void) {}

pub fn null() -> *mut c_void {
    null_mut()
}
