use std::cell::UnsafeCell;
use std::ffi::{CString, c_int, c_void};
use std::ptr;

use suricata_thread_sys::v9::{
    SC_API_VERSION, SCThreadGetStorageById, SCThreadSetStorageById, SCThreadStorageId,
    SCThreadStorageRegister,
};
use suricata_thread_sys::{
    Flow, Packet, SCFlowRegisterInitCallback, SCLogLevel, SCLogMessage, SCPlugin, ThreadVars,
};

/// The slot, whose id the callbacks get as their user pointer.
fn slot(user: *mut c_void) -> SCThreadStorageId {
    SCThreadStorageId {
        id: user.addr() as c_int,
    }
}

/// On the main thread, right after the plugin was loaded.
unsafe extern "C" fn init() {
    // SAFETY: the host calls this while it registers; the name and the function stay.
    let slot = unsafe { SCThreadStorageRegister(c"my-plugin".as_ptr(), Some(free)) };
    let Ok(id) = usize::try_from(slot.id) else {
        return log(
            SCLogLevel::SC_LOG_ERROR,
            "my-plugin: the host refused the slot",
        );
    };
    let user = ptr::without_provenance_mut(id);
    // SAFETY: as above, and `slot` undoes `user`.
    if !unsafe { SCFlowRegisterInitCallback(Some(on_flow), user) } {
        log(
            SCLogLevel::SC_LOG_ERROR,
            "my-plugin: the host refused the callback",
        );
    }
}

/// On the worker that picks the flow up.
unsafe extern "C" fn on_flow(
    tv: *mut ThreadVars,
    _: *mut Flow,
    _: *const Packet,
    user: *mut c_void,
) {
    if tv.is_null() {
        return; // so in the host's own unit tests
    }
    // SAFETY: the thread's own ThreadVars, and a slot that was registered before it was made.
    let mut flows = unsafe { SCThreadGetStorageById(tv, slot(user)) }.cast::<u64>();
    if flows.is_null() {
        flows = Box::into_raw(Box::new(0));
        // SAFETY: as above; `free` is for what this stores.
        if unsafe { SCThreadSetStorageById(tv, slot(user), flows.cast()) } != 0 {
            // SAFETY: boxed above, and not stored.
            drop(unsafe { Box::from_raw(flows) });
            return log(SCLogLevel::SC_LOG_ERROR, "my-plugin: a flow is not counted");
        }
    }
    // SAFETY: the slot holds what is boxed above, and only this thread uses it.
    unsafe { *flows += 1 };
}

/// On the main thread, when the worker has ended.
unsafe extern "C" fn free(flows: *mut c_void) {
    // SAFETY: what `on_flow` stored, and the host lets go of it.
    let flows = unsafe { Box::from_raw(flows.cast::<u64>()) };
    log(
        SCLogLevel::SC_LOG_NOTICE,
        &format!("my-plugin: {flows} flows"),
    );
}

fn log(level: SCLogLevel, message: &str) {
    let Ok(message) = CString::new(message) else {
        return;
    };
    let (file, name) = (c"lib.rs".as_ptr(), c"my-plugin".as_ptr());
    // SAFETY: C strings that outlive the call.
    unsafe { SCLogMessage(level, file, line!(), name, name, message.as_ptr()) };
}

struct Plugin(UnsafeCell<SCPlugin>);
// SAFETY: only the host looks inside.
unsafe impl Sync for Plugin {}

static PLUGIN: Plugin = Plugin(UnsafeCell::new(SCPlugin {
    version: SC_API_VERSION,
    suricata_version: c"9.0".as_ptr(),
    name: c"my-plugin".as_ptr(),
    plugin_version: c"0.1.0".as_ptr(),
    license: c"MIT".as_ptr(),
    author: c"You".as_ptr(),
    Init: Some(init),
}));

/// What the host looks for in the plugin file.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    PLUGIN.0.get()
}
