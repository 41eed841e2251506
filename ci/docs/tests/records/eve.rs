//! The functions for EVE, which the mock lacks. This host writes a record for each packet.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::null_mut;
use std::sync::{Mutex, OnceLock};

use suricata_sys::sys::{SCEveUserCallbackFn, SCJsonBuilder, SCJsonBuilderMark};
use suricata_thread::sys::{self, common};

static CALLBACK: OnceLock<(SCEveUserCallbackFn, usize)> = OnceLock::new();
/// The keys and values that plugins have written.
pub static WRITTEN: Mutex<Vec<(CString, u64)>> = Mutex::new(Vec::new());

#[unsafe(no_mangle)]
extern "C" fn SCEveRegisterCallback(callback: SCEveUserCallbackFn, user: *mut c_void) -> bool {
    CALLBACK.set((callback, user.expose_provenance())).is_ok()
        // SAFETY: the host takes registrations; the callback needs no user pointer.
        && unsafe { common::SCFlowRegisterUpdateCallback(Some(on_packet), null_mut()) }
}

unsafe extern "C" fn on_packet(
    tv: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    packet: *mut sys::Packet,
    _: *mut c_void,
) {
    let (callback, user) = CALLBACK.get().unwrap();
    let (user, record) = (std::ptr::with_exposed_provenance_mut(*user), null_mut());
    // SAFETY: the callback gets its own user pointer, the host's arguments, and a record that only the functions below
    // use.
    unsafe { callback.unwrap()(tv.cast(), packet.cast(), flow.cast(), record, user) };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SCJbSetUint(_: *mut SCJsonBuilder, key: *const c_char, value: u64) -> bool {
    // SAFETY: the caller passes a C string.
    let key = unsafe { CStr::from_ptr(key) }.to_owned();
    WRITTEN.lock().unwrap().push((key, value));
    true
}

#[unsafe(no_mangle)]
extern "C" fn SCJbGetMark(_: *mut SCJsonBuilder, _: *mut SCJsonBuilderMark) {}

#[unsafe(no_mangle)]
extern "C" fn SCJbRestoreMark(_: *mut SCJsonBuilder, _: *mut SCJsonBuilderMark) -> bool {
    panic!("the callback failed");
}
