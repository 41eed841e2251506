//! Counts flows per thread with the raw declarations, without the safe layer.
//!
//! Only Suricata 8.0.x loads it, since it refers to functions that 9.0 lacks. Unlike in
//! `examples/minimal`, every thread has a state from its start.

use std::cell::UnsafeCell;
use std::ffi::{CStr, CString, c_int, c_uint, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use suricata_thread_sys::common::{
    SCFlowRegisterInitCallback, SCLogLevel, SCLogMessage, SCPlugin, SCThreadRegisterInitCallback,
};
use suricata_thread_sys::v8::{
    SC_API_VERSION, ThreadGetStorageById, ThreadSetStorageById, ThreadStorageId,
    ThreadStorageRegister,
};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

const NAME: &CStr = c"raw-plugin";

/// The state of a thread. The slot holds it in a `Box`.
struct State {
    flows: u64,
}

/// Runs on the main thread, the only time when the host accepts registrations.
unsafe extern "C" fn init() {
    guarded("init", || {
        // SAFETY: the host is calling `init`.
        let slot = unsafe { register_slot() };
        let Ok(id) = usize::try_from(slot.id) else {
            return log(SCLogLevel::SC_LOG_ERROR, "the host refused the slot");
        };
        // The callbacks get the id of the slot as their user pointer.
        let user = ptr::without_provenance_mut(id);
        // SAFETY: as above; the callbacks turn `user` back into the id with `slot`.
        let registered = unsafe {
            SCThreadRegisterInitCallback(Some(on_thread_init), user)
                && SCFlowRegisterInitCallback(Some(on_flow_init), user)
        };
        if !registered {
            log(SCLogLevel::SC_LOG_ERROR, "the host refused a callback");
        }
    });
}

/// # Safety
///
/// The host is calling `init`.
unsafe fn register_slot() -> ThreadStorageId {
    // Without an alloc function, the host accepts only the size of a pointer.
    let size = size_of::<*mut c_void>() as c_uint;
    // SAFETY: the caller's promise. The name is static; `free` frees what `on_thread_init` stores, and
    // nothing else is stored.
    unsafe { ThreadStorageRegister(NAME.as_ptr(), size, None, Some(free)) }
}

/// Returns the slot that `init` has registered, from a callback's user pointer.
fn slot(user: *mut c_void) -> ThreadStorageId {
    ThreadStorageId {
        id: user.addr() as c_int, // loses nothing: `init` made it from an id
    }
}

/// Runs for each thread, on the thread that creates it.
unsafe extern "C" fn on_thread_init(tv: *mut ThreadVars, user: *mut c_void) {
    guarded("the thread init callback", || {
        let state = Box::into_raw(Box::new(State { flows: 0 }));
        // SAFETY: the host lends `tv` for this call, and nothing else uses it meanwhile. The slot is
        // this plugin's, registered in `init`, and empty, since the thread is new.
        if unsafe { ThreadSetStorageById(tv, slot(user), state.cast()) } != 0 {
            // SAFETY: `into_raw` made the pointer, and the host has not kept it.
            drop(unsafe { Box::from_raw(state) });
            log(SCLogLevel::SC_LOG_ERROR, "a thread will not be counted");
        }
    });
}

/// Runs on the worker that picks a flow up.
unsafe extern "C" fn on_flow_init(
    tv: *mut ThreadVars,
    _flow: *mut Flow,
    _packet: *const Packet,
    user: *mut c_void,
) {
    guarded("the flow init callback", || {
        // `tv` is null in the host's own unit tests.
        if tv.is_null() {
            return;
        }
        // SAFETY: `tv` is the calling thread's own, lent for this call; the slot is this plugin's.
        let state = unsafe { ThreadGetStorageById(tv, slot(user)) }.cast::<State>();
        // SAFETY: null, or the box that `on_thread_init` stored. Only this thread uses it, in one
        // callback at a time, so there is no other reference.
        if let Some(state) = unsafe { state.as_mut() } {
            state.flows += 1;
        }
    });
}

/// Runs when the thread has ended, on the thread that takes it down.
unsafe extern "C" fn free(state: *mut c_void) {
    guarded("the free function", || {
        // SAFETY: the host calls this once for what `on_thread_init` stored, never with null, after
        // the thread was joined, and forgets the pointer.
        let state = unsafe { Box::from_raw(state.cast::<State>()) };
        let message = format!("a thread saw {} flows", state.flows);
        log(SCLogLevel::SC_LOG_NOTICE, &message);
    });
}

/// Runs `f` and logs its panic. A panic that left an `extern "C"` function would end Suricata.
pub fn guarded(name: &str, f: impl FnOnce()) {
    // Only this plugin's state may be inconsistent after a panic.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let message = format!("{name} panicked: {}", text.unwrap_or("without a text"));
        log(SCLogLevel::SC_LOG_ERROR, &message);
        if text.is_none() {
            // The destructor of a payload that is no text might panic.
            std::mem::forget(payload);
        }
    }
}

/// Writes to the host's log. Only the host's threads may call this.
fn log(level: SCLogLevel, message: &str) {
    let message = format!("raw-plugin: {}", message.replace('\0', "\\0"));
    let Ok(message) = CString::new(message) else {
        return; // impossible: the line above replaces each NUL
    };
    let (file, module) = (c"lib.rs".as_ptr(), NAME.as_ptr());
    // SAFETY: C strings, which the host copies. The host calls this plugin only on its own threads.
    unsafe { SCLogMessage(level, file, line!(), module, module, message.as_ptr()) };
}

/// The plugin's description, in memory that the host may write to.
struct Entry(UnsafeCell<SCPlugin>);

// SAFETY: Rust code only takes its address, for the host.
unsafe impl Sync for Entry {}

static ENTRY: Entry = Entry(UnsafeCell::new(SCPlugin {
    version: SC_API_VERSION,
    suricata_version: c"8.0".as_ptr(),
    name: NAME.as_ptr(),
    plugin_version: c"0.1.0".as_ptr(),
    license: c"MIT OR Apache-2.0".as_ptr(),
    author: c"The suricata-thread developers".as_ptr(),
    Init: Some(init),
}));

/// The entry point, which the host looks up by this name.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    ENTRY.0.get()
}
