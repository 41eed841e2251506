//! Adds the number of flows of its thread to each EVE record, with suricata-sys.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::OnceLock;

use suricata_sys::sys;
use suricata_thread::{ThreadStorage, ThreadVars, flow, log_limited, plugin};

plugin! { name: "eve-flows", version: "0.1.0", author: "You", license: "GPL-2.0-only", init: init }

static FLOWS: OnceLock<ThreadStorage<u64>> = OnceLock::new();

fn init() -> Result<(), &'static str> {
    let flows = ThreadStorage::register("eve-flows")?;
    FLOWS.set(flows).map_err(|_| "init runs a second time")?;
    flow::register_init_callback(move |tv, _flow, _packet| {
        match flows.get_or_insert_default(tv) {
            Ok(flows) => *flows += 1,
            Err(error) => log_limited!(Error, "eve-flows: a flow is not counted: {error}"),
        }
    })?;
    // SAFETY: called while the host loads plugins; the callback needs no user pointer.
    let registered = unsafe { sys::SCEveRegisterCallback(Some(on_record), null_mut()) };
    registered
        .then_some(())
        .ok_or("the host refused the callback")
}

unsafe extern "C" fn on_record(
    tv: *mut sys::ThreadVars,
    _packet: *const sys::Packet,
    _flow: *mut sys::Flow,
    record: *mut sys::SCJsonBuilder,
    _user: *mut c_void,
) {
    let Some(flows) = FLOWS.get().filter(|_| !tv.is_null()) else {
        return;
    };
    // SAFETY: not null, so the host passes the calling thread's own, and nothing else uses its storage
    // until this returns.
    let tv = unsafe { ThreadVars::from_ptr(tv.cast()) };
    let flows = flows.get(&tv).copied().unwrap_or_default();
    // SAFETY: the record that the host is writing, and a C string.
    unsafe { sys::SCJbSetUint(record, c"thread_flows".as_ptr(), flows) };
}
