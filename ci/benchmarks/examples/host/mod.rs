//! What the counting host has beside Suricata's functions: see `c/host.c`.

#![allow(dead_code, reason = "no plugin uses all of it")]

use std::ffi::{CStr, c_char, c_void};

use suricata_thread_sys::{Flow, Packet, ThreadVars};

type Call = unsafe extern "C" fn(*mut ThreadVars, *mut Flow, *mut Packet, *mut c_void);

unsafe extern "C" {
    fn bench_case(name: *const c_char, call: Call, user: *mut c_void);
    fn bench_next(name: *const c_char);
}

/// Has `call` measured under `name`, with `user` behind its user pointer.
pub fn case<T>(name: &'static CStr, call: Call, user: T) {
    let user = Box::into_raw(Box::new(user));
    // SAFETY: the name is constant, and the host passes `user`, which is never freed, to `call`.
    unsafe { bench_case(name.as_ptr(), call, user.cast()) }
}

/// Has a body measured that gets the calling thread's `ThreadVars`, the host's flow, and a reference to a variable. It is
/// a function where it stands, since that decides what the compiler optimizes together.
#[macro_export]
macro_rules! case {
    ($name:expr, $user:ident: $type:ty, |$tv:ident, $flow:ident| $body:expr) => {{
        unsafe extern "C" fn call(
            $tv: *mut suricata_thread_sys::ThreadVars,
            $flow: *mut suricata_thread_sys::Flow,
            _: *mut suricata_thread_sys::Packet,
            user: *mut std::ffi::c_void,
        ) {
            // SAFETY: the host passes what the case is made with.
            let $user = unsafe { &*user.cast::<$type>() };
            $body
        }
        host::case($name, call, $user);
    }};
}

/// Makes the next callback that is registered the case `name`.
pub fn next(name: &'static CStr) {
    // SAFETY: the name is constant.
    unsafe { bench_next(name.as_ptr()) }
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
            Box::into_raw(Box::new(suricata_thread_sys::common::SCPlugin {
                version: suricata_thread_sys::v9::SC_API_VERSION,
                suricata_version: c"9.0".as_ptr(),
                name: c"bench".as_ptr(),
                plugin_version: c"0".as_ptr(),
                license: c"MIT".as_ptr(),
                author: c"The suricata-thread developers".as_ptr(),
                Init: Some($init),
            }))
        }
    };
}
