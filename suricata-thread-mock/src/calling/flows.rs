//! The events of a flow, and the use of the flow during them.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::MutexGuard;
use suricata_thread_sys::Flow;

use crate::calling::slot_use::SlotUse;
use crate::calling::{callbacks, context, refusals};
use crate::noun::event::Event;
use crate::noun::flow::Packet;
use crate::noun::function::Function;
use crate::noun::report::ReportKind;
use crate::noun::token;
use crate::state::flow::FlowState;
use crate::state::host::HostState;
use crate::state::slots;
use crate::state::threads::ThreadState;

#[derive(Clone, Copy)]
pub(crate) enum FlowEvent<'a> {
    Init(&'a FlowState, &'a Packet),
    Update {
        flow: &'a FlowState,
        packet: &'a Packet,
        to_server: bool,
        time: Duration,
    },
    /// The end, with the finish callbacks.
    Finish(&'a FlowState),
    /// The end, without the finish callbacks.
    Retire(&'a FlowState),
}

impl<'a> FlowEvent<'a> {
    fn flow(self) -> &'a FlowState {
        match self {
            Self::Init(flow, _)
            | Self::Update { flow, .. }
            | Self::Finish(flow)
            | Self::Retire(flow) => flow,
        }
    }
}

/// Runs an event under the flow's lock. Returns `false` if the flow is over or of another host.
pub(crate) fn run(
    host: &Arc<HostState>,
    thread: Option<&ThreadState>,
    event: FlowEvent<'_>,
) -> bool {
    let flow = event.flow();
    let _lock = Lock::new(host, flow);
    if flow.host != host.identity.number || flow.has_ended.load(Ordering::Relaxed) {
        return false;
    }
    let pointer = token::as_ptr(flow.cells.token);
    match event {
        FlowEvent::Init(_, packet) => {
            let worker = thread.map_or(0, |thread| thread.cells.token);
            flow.worker.store(worker, Ordering::Relaxed);
            flow.has_begun.store(true, Ordering::Relaxed);
            callbacks::run(host, thread, Event::FlowInit(pointer, packet.as_ptr()));
            flow.note_begin(host.flows.now());
        }
        FlowEvent::Update {
            packet,
            to_server,
            time,
            ..
        } => {
            // A test may drive a flow without its init callbacks.
            flow.has_begun.store(true, Ordering::Relaxed);
            flow.note_packet(to_server, time);
            callbacks::run(host, thread, Event::FlowUpdate(pointer, packet.as_ptr()));
        }
        FlowEvent::Finish(_) => {
            callbacks::run(host, thread, Event::FlowFinish(pointer));
            end(host, flow);
        }
        FlowEvent::Retire(_) => end(host, flow),
    }
    true
}

/// The caller holds the flow's lock.
fn end(host: &Arc<HostState>, flow: &FlowState) {
    let slots = || SlotUse::all("the end of a flow", host, &flow.cells);
    slots().for_each(|slot| slot.free());
    slots().for_each(|slot| slot.report_left());
    host.flows.end(flow);
}

/// Runs `work` under the flow's lock, if there is such a flow.
pub(crate) fn with_lock_of(host: &Arc<HostState>, flow: *const Flow, work: impl FnOnce()) {
    let flow = host.flows.find(flow.addr());
    let _lock = flow.as_deref().map(|flow| Lock::new(host, flow));
    work();
}

thread_local! {
    /// The flow that this OS thread has locked.
    static LOCKED: Cell<Locked> = const { Cell::new(Locked(ptr::null(), ptr::null())) };
}

#[derive(Clone, Copy)]
struct Locked(*const Arc<HostState>, *const FlowState);

struct Lock<'a> {
    before: Locked,
    _host: &'a Arc<HostState>,
    _guard: MutexGuard<'a, ()>,
}

impl<'a> Lock<'a> {
    fn new(host: &'a Arc<HostState>, flow: &'a FlowState) -> Self {
        let guard = flow.lock.lock();
        Self {
            before: LOCKED.replace(Locked(host, flow)),
            _host: host,
            _guard: guard,
        }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        LOCKED.set(self.before);
    }
}

/// Reports misuse and returns `refused` unless a callback of the flow runs on this thread.
pub(crate) fn with_flow<R>(
    function: Function,
    flow: *const Flow,
    slot: Option<c_int>,
    refused: R,
    work: impl FnOnce(&Arc<HostState>, &FlowState) -> R,
) -> R {
    let Locked(host, locked) = LOCKED.get();
    // SAFETY: NULL, or of a `Lock` on this thread's stack, which borrows both and takes the pointers
    // back when dropped.
    if let (Some(host), Some(locked)) = unsafe { (host.as_ref(), locked.as_ref()) } {
        // Takes no reference to the host, whose count all workers would write.
        if locked.cells.token == flow.addr() {
            return match refusals::lacks(host, function) {
                true => refused,
                false => work(host, locked),
            };
        }
    }
    if let Some(host) = context::host_for(function.name) {
        if !refusals::lacks(&host, function) {
            refuse(&host, function, flow, slot);
        }
    }
    refused
}

pub(crate) fn with_slot<R>(
    function: Function,
    flow: *const Flow,
    id: c_int,
    refused: R,
    work: impl FnOnce(SlotUse<'_>) -> R,
) -> R
where
    R: Copy,
{
    with_flow(function, flow, Some(id), refused, |host, flow| {
        let slot = SlotUse::new(function.name, host, &flow.cells, id);
        slot.map_or(refused, work)
    })
}

fn refuse(host: &HostState, function: Function, flow: *const Flow, slot: Option<c_int>) {
    let (kind, actual, consequence) = if host.flows.find(flow.addr()).is_some() {
        let consequence = "Suricata has no lock here; memory could be corrupted";
        let actual = "one whose callback does not run on this thread now";
        (ReportKind::FlowNotLocked, actual, consequence)
    } else if host.flows.has_ended(flow.addr()) {
        let consequence = "Suricata would use the storage of the flow that is there now";
        (ReportKind::FlowEnded, "one that has ended", consequence)
    } else {
        let consequence = "Suricata would crash or use memory that is not its own";
        let actual = if flow.is_null() {
            "NULL"
        } else if token::was_given_out(flow.addr()) {
            "the pointer of something else, or of a flow of another host"
        } else {
            "a pointer that no host gave out"
        };
        (ReportKind::FlowUnknown, actual, consequence)
    };
    let report = context::misuse(host, kind, function.name)
        .slot(slot.map(slots::named))
        .subject(actual)
        .expected("the flow that the callback was called with")
        .actual(actual)
        .consequence(consequence);
    context::report(host, report);
}
