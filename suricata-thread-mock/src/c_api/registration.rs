//! Registering and running callbacks.

use std::ffi::c_void;
use std::sync::Arc;

use suricata_thread_sys::ThreadVars;
use suricata_thread_sys::common::{
    SCFlowFinishCallbackFn, SCFlowInitCallbackFn, SCFlowUpdateCallbackFn, SCThreadInitCallbackFn,
};

use crate::calling::handles::Handle;
use crate::calling::refusals::{self, Registering};
use crate::calling::{callbacks, context, flows, thread_storage};
use crate::noun::event::{Event, FlowFinish, FlowInit, FlowUpdate, List, ThreadInit, User};
use crate::noun::function::Function;
use crate::noun::report::{Report, ReportKind};
use crate::state::callbacks::Lists;
use crate::state::host::HostState;

struct Kind {
    call: &'static str,
    name: &'static str,
    /// The consequence in Suricata if threads exist already.
    late: &'static str,
}

const FLOW_LATE: &str = "accept it while threads may be iterating over the list";

fn register<F: Copy>(
    kind: &Kind,
    callback: Option<F>,
    user: *mut c_void,
    list: impl FnOnce(&Lists) -> &List<F>,
) -> bool {
    let Kind { call, name, late } = *kind;
    let Some(host) = context::host_for(call) else {
        return false;
    };
    let in_callback =
        "add to the list that it is iterating over, without end if each callback does so";
    let item = format!("a {name}");
    let Some(_registering) = Registering::begin(&host, call, &item, in_callback) else {
        return false;
    };
    let thread = context::thread_name(&host);
    let Some(callback) = callback else {
        let report = Report::new(ReportKind::NullCallback, call, thread)
            .expected("a callback")
            .actual("NULL")
            .consequence("It was refused; Suricata would accept it, and crash when it runs it");
        context::report(&host, report);
        return false;
    };
    if host.faults.callback.hit() {
        return false;
    }
    if host.threads.was_begun() {
        let report = Report::new(
            ReportKind::LateRegistration,
            format!("{call} of a {name}"),
            thread,
        )
        .expected("in `Init`, before threads are created")
        .actual("after threads were created")
        .remedies(
            "register in `init`, and call `Host::load` before `Host::start`",
            "register in Init, which the host calls before it creates threads",
        )
        .consequence(format!("Suricata would {late}"));
        context::report(&host, report);
    }
    let user = User {
        pointer: user,
        plugin: context::plugin(),
    };
    list(&host.callbacks.lists).push(callback, user);
    true
}

pub(crate) fn register_thread_init(callback: SCThreadInitCallbackFn, user: *mut c_void) -> bool {
    let kind = Kind {
        call: "SCThreadRegisterInitCallback",
        name: "thread init callback",
        late: "accept it, and run it for later threads only",
    };
    // SAFETY: "C" and "C-unwind" functions are called alike.
    let callback: Option<ThreadInit> = unsafe { std::mem::transmute(callback) };
    register(&kind, callback, user, |l| &l.thread_init)
}

pub(crate) fn register_flow_init(callback: SCFlowInitCallbackFn, user: *mut c_void) -> bool {
    let kind = Kind {
        call: "SCFlowRegisterInitCallback",
        name: "flow init callback",
        late: FLOW_LATE,
    };
    // SAFETY: "C" and "C-unwind" functions are called alike.
    let callback: Option<FlowInit> = unsafe { std::mem::transmute(callback) };
    register(&kind, callback, user, |l| &l.flow_init)
}

pub(crate) fn register_flow_update(callback: SCFlowUpdateCallbackFn, user: *mut c_void) -> bool {
    let kind = Kind {
        call: "SCFlowRegisterUpdateCallback",
        name: "flow update callback",
        late: FLOW_LATE,
    };
    // SAFETY: "C" and "C-unwind" functions are called alike.
    let callback: Option<FlowUpdate> = unsafe { std::mem::transmute(callback) };
    register(&kind, callback, user, |l| &l.flow_update)
}

pub(crate) fn register_flow_finish(callback: SCFlowFinishCallbackFn, user: *mut c_void) -> bool {
    let kind = Kind {
        call: "SCFlowRegisterFinishCallback",
        name: "flow finish callback",
        late: FLOW_LATE,
    };
    // SAFETY: "C" and "C-unwind" functions are called alike.
    let callback: Option<FlowFinish> = unsafe { std::mem::transmute(callback) };
    register(&kind, callback, user, |l| &l.flow_finish)
}

/// Runs the callbacks, for functions that only the host may call.
pub(crate) fn run(function: Function, tv: *mut ThreadVars, event: Event) {
    let call = function.name;
    if tv.is_null() {
        let Some(host) = context::host_for(call) else {
            return;
        };
        if !refusals::refuses_to_plugins(&host, call) {
            with_flow(&host, event, || callbacks::run(&host, None, event));
        }
        return;
    }
    let Some(handle) = thread_storage::handle_of(function, tv, None) else {
        return;
    };
    let Handle { host, thread } = &*handle;
    if !refusals::refuses_to_plugins(host, call) {
        with_flow(host, event, || callbacks::run(host, Some(thread), event));
    }
}

fn with_flow(host: &Arc<HostState>, event: Event, work: impl FnOnce()) {
    match event {
        Event::ThreadInit => work(),
        Event::FlowInit(flow, _) | Event::FlowUpdate(flow, _) | Event::FlowFinish(flow) => {
            flows::with_lock_of(host, flow, work);
        }
    }
}
