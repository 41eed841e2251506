//! The storage and the facts of flows.

use std::ffi::{c_int, c_void};
use std::ptr;

use suricata_thread_sys::Flow;

use crate::calling::flows;
use crate::noun::function::Function;
use crate::state::flow::FlowState;

pub(crate) fn get(function: Function, flow: *const Flow, id: c_int) -> *mut c_void {
    flows::with_slot(function, flow, id, ptr::null_mut(), |slot| slot.read())
}

pub(crate) fn set(function: Function, flow: *mut Flow, id: c_int, value: *mut c_void) -> c_int {
    flows::with_slot(function, flow, id, -1, |slot| {
        if slot.host.faults.set.hit() {
            return -1;
        }
        slot.store(value);
        0
    })
}

/// Returns a fact of a flow, or `default` after misuse.
pub(crate) fn fact<R>(
    function: Function,
    flow: *const Flow,
    default: R,
    read: impl FnOnce(&FlowState) -> R,
) -> R {
    flows::with_flow(function, flow, None, default, |_, flow| read(flow))
}
