//! The beginning, packets and end of a flow, as far as its storage is concerned.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::calling::boundary;
use crate::calling::context::{self, Code, PluginCode};
use crate::noun::event::Event;
use crate::state::host::HostState;

/// Notes an event before its callbacks run.
pub(crate) fn before(host: &HostState, event: Event) {
    if let Event::FlowUpdate(flow, _) = event {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        host.flow_storage.with(flow.addr(), |flow| {
            flow.packets += 1;
            flow.last_time = now;
        });
    }
}

/// Frees the storage of a flow that is finished, on the current thread, when the callbacks have run.
pub(crate) fn after(host: &Arc<HostState>, event: Event) {
    let Event::FlowFinish(flow) = event else {
        return;
    };
    let token = flow.addr();
    for slot in host.flow_storage.slots() {
        let value = host.flow_storage.get(token, slot.id);
        let (false, Some(free)) = (value.is_null(), slot.free) else {
            continue;
        };
        // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
        let free: unsafe extern "C-unwind" fn(*mut c_void) = unsafe { std::mem::transmute(free) };
        let what = || {
            let thread = context::thread_name(host);
            format!(
                "free function of flow slot `{}` on thread `{thread}`",
                slot.name
            )
        };
        let code = Code {
            kind: PluginCode::Callback,
            what: "free function",
            plugin: slot.plugin,
        };
        // A panic was reported; the value counts as freed.
        let _ = boundary::call(host, code, what, || {
            // SAFETY: the plugin stored the pointer for this function.
            unsafe { free(value) }
        });
        host.flow_storage.set(token, slot.id, ptr::null_mut());
    }
    host.flow_storage.forget(token);
}
