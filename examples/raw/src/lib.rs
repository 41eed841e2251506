//! Counts flows per thread on the raw declarations alone, without the safe layer: for Suricata 8.0.x
//! alone, since it needs that generation's functions to be loaded. Unlike in `examples/minimal`, every
//! thread has a state from its start.
//!
//! All that the safe layer does for a plugin is to be done here by hand, and to be got right: the
//! entry point with its C strings, the type behind each `void *`, who owns it when the host refuses
//! it, and that no panic reaches C.

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

/// What a thread has in the slot, in a `Box`.
struct State {
    flows: u64,
}

/// Runs once, on the main thread, while the host registers.
unsafe extern "C" fn init() {
    guarded("init", || {
        // SAFETY: the host has called `init`, which is when it takes registrations.
        let slot = unsafe { register_slot() };
        let Ok(id) = usize::try_from(slot.id) else {
            return log(SCLogLevel::SC_LOG_ERROR, "the host refused the slot");
        };
        // The callbacks get the id of the slot as their user pointer.
        let user = ptr::without_provenance_mut(id);
        // SAFETY: as above, and `slot` in the callbacks undoes `user`.
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
    // Without an alloc function the size is that of a pointer and no other.
    let size = size_of::<*mut c_void>() as c_uint;
    // SAFETY: the caller's promise. The name is static; `free` frees what `on_thread_init` stores, and
    // nothing else is stored.
    unsafe { ThreadStorageRegister(NAME.as_ptr(), size, None, Some(free)) }
}

/// The slot that `init` has registered, from a user pointer.
fn slot(user: *mut c_void) -> ThreadStorageId {
    ThreadStorageId {
        id: user.addr() as c_int, // it was one
    }
}

/// Runs for each thread, on the thread that creates it.
unsafe extern "C" fn on_thread_init(tv: *mut ThreadVars, user: *mut c_void) {
    guarded("the thread init callback", || {
        let state = Box::into_raw(Box::new(State { flows: 0 }));
        // SAFETY: the host lends `tv` for this call, and nothing else uses it meanwhile. The slot is
        // this plugin's, registered in `init`, and empty, since the thread is new.
        if unsafe { ThreadSetStorageById(tv, slot(user), state.cast()) } != 0 {
            // SAFETY: of `into_raw` above, and the host has not taken it.
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
        // The host's own unit tests have none.
        if tv.is_null() {
            return;
        }
        // SAFETY: `tv` is the calling thread's own, lent for this call; the slot is this plugin's.
        let state = unsafe { ThreadGetStorageById(tv, slot(user)) }.cast::<State>();
        // SAFETY: null, or the box that `on_thread_init` stored. It is this thread's alone, which runs
        // one callback at a time, so that there is no other reference to it.
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

/// Runs what the host has called. A panic that left an `extern "C"` function would end the process,
/// Suricata with it: so it ends here, in the log.
pub fn guarded(what: &str, f: impl FnOnce()) {
    // What a panic leaves half done is this plugin's own.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let message = format!("{what} panicked: {}", text.unwrap_or("without a text"));
        log(SCLogLevel::SC_LOG_ERROR, &message);
        if text.is_none() {
            // Its destructor might panic again; a text has none to fear.
            std::mem::forget(payload);
        }
    }
}

/// For the host's threads only, which are all that this plugin runs on.
fn log(level: SCLogLevel, message: &str) {
    let message = format!("raw-plugin: {}", message.replace('\0', "\\0"));
    let Ok(message) = CString::new(message) else {
        return; // has no NUL
    };
    let (file, module) = (c"lib.rs".as_ptr(), NAME.as_ptr());
    // SAFETY: C strings, which the host copies; one of its own threads calls.
    unsafe { SCLogMessage(level, file, line!(), module, module, message.as_ptr()) };
}

/// What the entry point returns, in memory that the host may write to.
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

/// The plugin's entry point: what the host looks up when it has opened the plugin.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    ENTRY.0.get()
}
