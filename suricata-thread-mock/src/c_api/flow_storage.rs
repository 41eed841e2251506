//! The C functions for the storage of flows, and for what a flow can tell.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use suricata_thread_sys::Flow;
use suricata_thread_sys::common::{SCLogLevel, StorageFreeFn};

use crate::calling::context;
use crate::calling::refusals::{self, Registering};
use crate::noun::function::Function;
use crate::noun::report::{Report, ReportKind};
use crate::noun::slot::NamePtr;
use crate::noun::token;
use crate::state::flow_storage::{Facts, FlowSlot};
use crate::state::host::HostState;

/// `SCFlowStorageRegister`, `FlowStorageRegister`; `fits` says whether 8.0 takes size and alloc function.
///
/// # Safety
/// `name` is NULL or a C string.
pub(crate) unsafe fn register(
    function: Function,
    name: *const c_char,
    fits: bool,
    free: StorageFreeFn,
) -> c_int {
    let call = function.name;
    let Some(host) = context::host_for(call).filter(|host| !refusals::lacks(host, function)) else {
        return -1;
    };
    let kept = NamePtr(name);
    // SAFETY: not NULL, so a C string by the caller's promise.
    let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) });
    let name = name.map_or(String::new(), |name| name.to_string_lossy().into_owned());
    let in_callback = "refuse it too, since registration has closed when threads are created";
    let what = format!("flow slot {name:?}");
    let Some(_registering) = Registering::begin(&host, call, &what, in_callback) else {
        return -1;
    };
    if host.slots.is_finalized() || name.is_empty() || free.is_none() || !fits {
        return -1;
    }
    // Suricata has it before the plugins.
    let is_taken = name == "bypass_counters";
    let storage = &host.flow_storage;
    let is_taken = is_taken || storage.slots().iter().any(|slot| slot.name == name);
    if is_taken {
        let message = format!("storage for type \"flow\" with name \"{name}\" already registered");
        context::log_own(&host, SCLogLevel::SC_LOG_ERROR, "storage", message);
        return -1;
    }
    let plugin = context::plugin();
    let slot = FlowSlot {
        id: -1,
        name,
        free,
        plugin,
    };
    storage.add(slot, kept, &host.faults.slot).unwrap_or(-1)
}

/// The host and the flow that a call is for; what is wrong otherwise has been reported.
fn flow_of(function: Function, flow: *const Flow) -> Option<(Arc<HostState>, usize)> {
    let call = function.name;
    let host = context::host_for(call).filter(|host| !refusals::lacks(host, function))?;
    if !token::was_given_out(flow.addr()) {
        let report = Report {
            expected: "a flow that the host has passed".to_owned(),
            actual: format!("{flow:p}"),
            consequence: "Suricata would read or write whatever is there".to_owned(),
            ..Report::new(ReportKind::FlowUnknown, call, context::thread_name(&host))
        };
        host.reports.add(report);
        return None;
    }
    Some((host, flow.addr()))
}

/// The same, for a slot.
fn slot_of(function: Function, flow: *const Flow, id: c_int) -> Option<(Arc<HostState>, usize)> {
    let (host, token) = flow_of(function, flow)?;
    if !host.flow_storage.has(id) {
        let thread = context::thread_name(&host);
        let report = Report {
            slot: Some(format!("with id {id}")),
            expected: "the id of a flow slot of this host".to_owned(),
            actual: "another number".to_owned(),
            consequence: "Suricata would read or write past the storage".to_owned(),
            ..Report::new(ReportKind::UnknownSlot, function.name, thread)
        };
        host.reports.add(report);
        return None;
    }
    Some((host, token))
}

/// `SCFlowGetStorageById`, `FlowGetStorageById`.
pub(crate) fn get(function: Function, flow: *const Flow, id: c_int) -> *mut c_void {
    let Some((host, token)) = slot_of(function, flow, id) else {
        return ptr::null_mut();
    };
    host.flow_storage.get(token, id)
}

/// `SCFlowSetStorageById`, `FlowSetStorageById`.
pub(crate) fn set(function: Function, flow: *mut Flow, id: c_int, value: *mut c_void) -> c_int {
    let Some((host, token)) = slot_of(function, flow, id) else {
        return -1;
    };
    if host.faults.set.hit() {
        return -1;
    }
    host.flow_storage.set(token, id, value);
    0
}

/// What a flow can tell; `default` where it is none.
pub(crate) fn fact<R>(
    function: Function,
    flow: *const Flow,
    default: R,
    read: impl FnOnce(&Facts) -> R,
) -> R {
    let Some((host, token)) = flow_of(function, flow) else {
        return default;
    };
    host.flow_storage.with(token, |facts| read(facts))
}
