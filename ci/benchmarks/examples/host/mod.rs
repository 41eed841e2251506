//! What the measuring host has beside Suricata's functions. See `c/host.c`.

#![allow(dead_code)] // no plugin uses all of it

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char, c_uint, c_void};

/// A case that the host calls: of the shape of a flow callback.
///
/// The arguments are the `ThreadVars`, a flow, a packet, and the user pointer.
pub type Call = unsafe extern "C" fn(*mut c_void, *mut c_void, *mut c_void, *mut c_void);

/// How the host calls a case.
#[repr(C)]
pub enum Kind {
    /// On one thread again and again.
    SameThread,
    /// Each time for another thread, which has nothing stored yet.
    NewThreads,
    /// [`REGISTRATIONS`] times, at once, while the plugin's init runs.
    InInit,
}

/// How often the host calls a case of [`Kind::InInit`].
pub const REGISTRATIONS: usize = 32;

unsafe extern "C" {
    fn bench_case(name: *const c_char, kind: Kind, call: Call, user: *mut c_void);
    fn bench_next(name: *const c_char);
    safe fn bench_slots() -> c_uint;
}

/// Has `call` measured under `name`, with `user` behind its user pointer. The first case is the one access.
pub fn case<T>(name: &'static CStr, kind: Kind, call: Call, user: T) {
    let user = Box::into_raw(Box::new(user));
    // SAFETY: the name is constant, and the host passes `user`, which is never freed, to `call`.
    unsafe { bench_case(name.as_ptr(), kind, call, user.cast()) }
}

/// Makes the next callback that is registered the case `name`.
pub fn next(name: &'static CStr) {
    // SAFETY: the name is constant.
    unsafe { bench_next(name.as_ptr()) }
}

/// How many slots to register.
pub fn slots() -> usize {
    bench_slots() as usize
}

/// Names for slots, made before anything is measured.
pub struct Names {
    names: Vec<CString>,
    next: Cell<usize>,
}

impl Names {
    /// `count` names, which begin with `prefix`.
    pub fn new(prefix: &str, count: usize) -> Self {
        let name = |i| CString::new(format!("{prefix}-{i}")).expect("no NUL in it");
        Self {
            names: (0..count).map(name).collect(),
            next: Cell::new(0),
        }
    }

    /// The next name.
    pub fn next(&self) -> &CStr {
        let i = self.next.get();
        self.next.set(i + 1);
        &self.names[i]
    }
}

/// What a plugin stores for each thread.
#[derive(Default)]
pub struct State {
    /// Number of accesses.
    pub calls: u64,
}

/// Writes the entry point of a plugin that does not have its own.
#[macro_export]
macro_rules! entry {
    ($init:ident) => {
        /// The plugin's entry point.
        #[unsafe(no_mangle)]
        pub extern "C" fn SCPluginRegister() -> *mut suricata_thread_sys::common::SCPlugin {
            extern "C" fn call_init() {
                $init()
            }
            Box::into_raw(Box::new(suricata_thread_sys::common::SCPlugin {
                version: suricata_thread_sys::v9::SC_API_VERSION,
                suricata_version: c"9.0".as_ptr(),
                name: c"bench".as_ptr(),
                plugin_version: c"0".as_ptr(),
                license: c"MIT".as_ptr(),
                author: c"The suricata-thread developers".as_ptr(),
                Init: Some(call_init),
            }))
        }
    };
}
