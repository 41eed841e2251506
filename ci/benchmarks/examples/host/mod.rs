//! The functions of the counting host that Suricata lacks: see `c/host.c`.

#![allow(dead_code, reason = "no plugin uses all of it")]

use std::ffi::{CStr, c_char, c_void};

use suricata_thread_sys::{Flow, Packet, ThreadVars};

type Call = unsafe extern "C" fn(*mut ThreadVars, *mut Flow, *mut Packet, *mut c_void);

unsafe extern "C" {
    fn bench_case(name: *const c_char, call: Call, user: *mut c_void);
    fn bench_next(name: *const c_char);
}

/// Adds the case `name`, which calls `call` with a user pointer to `user`.
pub fn case<T>(name: &'static CStr, call: Call, user: T) {
    let user = Box::into_raw(Box::new(user));
    // SAFETY: the name is constant, and the host passes `user`, which is never freed, to `call`.
    unsafe { bench_case(name.as_ptr(), call, user.cast()) }
}

/// Adds a case with a body that gets the calling thread's `ThreadVars`, the host's flow, and a reference to a variable.
/// The body becomes a function at the macro's place, since that decides what the compiler inlines.
#[macro_export]
macro_rules! case {
    ($name:expr, $user:ident: $type:ty, |$tv:ident, $flow:ident| $body:expr) => {{
        unsafe extern "C" fn call(
            $tv: *mut suricata_thread_sys::ThreadVars,
            $flow: *mut suricata_thread_sys::Flow,
            _: *mut suricata_thread_sys::Packet,
            user: *mut std::ffi::c_void,
        ) {
            // SAFETY: the host passes the user pointer of the case.
            let $user = unsafe { &*user.cast::<$type>() };
            $body
        }
        host::case($name, call, $user);
    }};
}

/// Makes the case `name` of the next callback that is registered.
pub fn next(name: &'static CStr) {
    // SAFETY: the name is constant.
    unsafe { bench_next(name.as_ptr()) }
}

/// The value of a thread or a flow.
#[derive(Default)]
pub struct State {
    /// Number of accesses.
    pub calls: u64,
}

/// Defines the entry point of a plugin without one.
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
