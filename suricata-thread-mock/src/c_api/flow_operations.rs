//! The operations for flows; `suricata-thread-sys` declares their safety conditions.
#![allow(non_snake_case)]

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use suricata_thread_sys::Flow;
use suricata_thread_sys::common::StorageFreeFn;
use suricata_thread_sys::v8::StorageAllocFn;
use suricata_thread_sys::v9::{AppProto, SCFlowStorageId as FlowId};

use crate::c_api::flow_storage;
use crate::c_api::slots::{self, Allocation};
use crate::noun::function::Function;
use crate::state::cells::Owner;

pub(crate) unsafe fn FlowStorageRegister(
    function: Function,
    name: *const c_char,
    size: c_uint,
    alloc: StorageAllocFn,
    free: StorageFreeFn,
) -> FlowId {
    let allocation = Some(Allocation { size, alloc });
    // SAFETY: the caller's promise.
    let id = unsafe { slots::register(Owner::Flow, function, name, allocation, free) };
    FlowId { id }
}

pub(crate) unsafe fn SCFlowStorageRegister(
    function: Function,
    name: *const c_char,
    free: StorageFreeFn,
) -> FlowId {
    // SAFETY: the caller's promise.
    let id = unsafe { slots::register(Owner::Flow, function, name, None, free) };
    FlowId { id }
}

pub(crate) unsafe fn FlowGetStorageById(
    function: Function,
    flow: *const Flow,
    id: FlowId,
) -> *mut c_void {
    flow_storage::get(function, flow, id.id)
}

pub(crate) unsafe fn FlowSetStorageById(
    function: Function,
    flow: *mut Flow,
    id: FlowId,
    value: *mut c_void,
) -> c_int {
    flow_storage::set(function, flow, id.id, value)
}

pub(crate) unsafe fn FlowGetLastTimeAsParts(
    function: Function,
    flow: *const Flow,
    seconds: *mut u64,
    microseconds: *mut u64,
) {
    let time = flow_storage::fact(function, flow, Duration::ZERO, |flow| flow.last_time());
    // SAFETY: the caller passes places to write to.
    unsafe {
        seconds.write(time.as_secs());
        microseconds.write(time.subsec_micros().into());
    }
}

pub(crate) unsafe fn FlowGetFlags(function: Function, flow: *const Flow) -> u32 {
    flow_storage::fact(function, flow, 0, |flow| flow.flags())
}

pub(crate) unsafe fn SCFlowGetFlags(function: Function, flow: *const Flow) -> u64 {
    flow_storage::fact(function, flow, 0, |flow| flow.flags()).into()
}

pub(crate) unsafe fn FlowGetSourcePort(function: Function, flow: *const Flow) -> u16 {
    flow_storage::fact(function, flow, 0, |flow| flow.endpoints.source.port())
}

pub(crate) unsafe fn FlowGetDestinationPort(function: Function, flow: *const Flow) -> u16 {
    flow_storage::fact(function, flow, 0, |flow| flow.endpoints.destination.port())
}

pub(crate) unsafe fn SCFlowIsIPv4(function: Function, flow: *const Flow) -> bool {
    flow_storage::fact(function, flow, false, |flow| {
        flow.endpoints.source.is_ipv4()
    })
}

pub(crate) unsafe fn SCFlowIsIPv6(function: Function, flow: *const Flow) -> bool {
    flow_storage::fact(function, flow, false, |flow| {
        flow.endpoints.source.is_ipv6()
    })
}

pub(crate) unsafe fn SCFlowGetIPProtocol(function: Function, flow: *const Flow) -> u8 {
    flow_storage::fact(function, flow, 0, |flow| flow.endpoints.protocol)
}

pub(crate) unsafe fn SCFlowGetAppProtocol(function: Function, flow: *const Flow) -> AppProto {
    // Always unknown, since nothing here looks into packets.
    flow_storage::fact(function, flow, 0, |_| 0)
}

pub(crate) unsafe fn SCFlowGetSourceAddressAsRawPtr(
    function: Function,
    flow: *const Flow,
) -> *const u8 {
    let none = std::ptr::null();
    flow_storage::fact(function, flow, none, |flow| flow.source.as_ptr())
}

pub(crate) unsafe fn SCFlowGetDestinationAddressAsRawPtr(
    function: Function,
    flow: *const Flow,
) -> *const u8 {
    let none = std::ptr::null();
    flow_storage::fact(function, flow, none, |flow| flow.destination.as_ptr())
}

pub(crate) unsafe fn SCFlowGetToServerPacketCount(function: Function, flow: *const Flow) -> u32 {
    flow_storage::fact(function, flow, 0, |flow| flow.to_server.load(Relaxed))
}

pub(crate) unsafe fn SCFlowGetToClientPacketCount(function: Function, flow: *const Flow) -> u32 {
    flow_storage::fact(function, flow, 0, |flow| flow.to_client.load(Relaxed))
}
