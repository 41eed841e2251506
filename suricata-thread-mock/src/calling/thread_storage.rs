//! The use of a `ThreadVars` by the current OS thread.

use std::ffi::{c_int, c_void};
use std::sync::Arc;

use suricata_thread_sys::ThreadVars;

use crate::calling::belonging;
use crate::calling::context;
use crate::calling::handles::{self, Found, Handle};
use crate::calling::refusals;
use crate::calling::slot_use::SlotUse;
use crate::noun::function::Function;
use crate::noun::report::{Report, ReportKind};
use crate::noun::thread_kind::{Stage, current_id};
use crate::noun::token;
use crate::state::host::HostState;
use crate::state::threads::ThreadState;
use crate::state::{reports, slots};

/// Reports misuse of `slot` if this OS thread may not use the `ThreadVars`.
pub(crate) fn handle_of(
    function: Function,
    tv: *const ThreadVars,
    slot: Option<c_int>,
) -> Option<Found> {
    let named_slot = || slot.map(slots::named);
    let Some(handle) = handles::find(tv.addr()) else {
        unknown(function, named_slot(), tv);
        return None;
    };
    let Handle { host, thread } = &*handle;
    if refusals::lacks(host, function) {
        return None;
    }
    if let Found::Own(_) = handle {
        // The thread is running this job, so it is not joined.
        return Some(handle);
    }
    let misuse = |kind| {
        context::misuse(host, kind, function.name)
            .slot(named_slot())
            .subject(thread.name())
    };
    let stage = *thread.stage.lock();
    let (Stage::Created(id)
    | Stage::Running(id)
    | Stage::Joined(id)
    | Stage::Left(id)
    | Stage::Freeing(id)) = stage
    else {
        let report = misuse(ReportKind::ThreadVarsFreed)
            .expected("a ThreadVars that is in use")
            .actual(format!(
                "that of thread `{}`, which was freed when the thread was taken down",
                thread.name()
            ))
            .consequence("Suricata would read or write freed memory");
        context::report(host, report);
        return None;
    };
    if id != current_id() {
        let report = misuse(ReportKind::WrongThread)
            .expected(format!(
                "the ThreadVars of thread `{}` on {}",
                thread.name(),
                stage.owner()
            ))
            .actual(format!("on thread `{}`", context::thread_name(host)))
            .consequence("Suricata has no lock here; memory could be corrupted");
        context::report(host, report);
        return None;
    }
    Some(handle)
}

fn unknown(function: Function, slot: Option<String>, tv: *const ThreadVars) {
    let (kind, actual) = if tv.is_null() {
        (ReportKind::ThreadVarsUnknown, "NULL".to_owned())
    } else if let Some(name) = handles::ended(tv.addr()) {
        let actual = format!("that of thread `{name}` of a host that has ended");
        (ReportKind::ThreadVarsFreed, actual)
    } else if token::was_given_out(tv.addr()) {
        let actual = "the pointer of a flow or a packet".to_owned();
        (ReportKind::ThreadVarsUnknown, actual)
    } else {
        let actual = "a pointer that no host gave out".to_owned();
        (ReportKind::ThreadVarsUnknown, actual)
    };
    let host = belonging::host();
    let thread = match &host {
        Some(host) => context::thread_name(host),
        None => context::os_thread_name(),
    };
    let report = Report::new(kind, function.name, thread)
        .slot(slot)
        .subject(&*actual)
        .expected("the ThreadVars of a thread")
        .actual(&*actual)
        .consequence("Suricata would crash or use memory that is not its own");
    match host {
        Some(host) => context::report(&host, report),
        None => reports::stray(report),
    }
}

/// Returns `refused` if the slot may not be used.
pub(crate) fn with_slot<R>(
    function: Function,
    tv: *const ThreadVars,
    id: c_int,
    refused: R,
    work: impl FnOnce(SlotUse<'_>) -> R,
) -> R {
    let Some(handle) = handle_of(function, tv, Some(id)) else {
        return refused;
    };
    let (host, cells) = (&handle.host, &handle.thread.cells);
    match SlotUse::new(function.name, host, cells, id) {
        Some(slot) => work(slot),
        None => refused,
    }
}

/// Returns `false` if refused.
pub(crate) fn store(
    function: Function,
    tv: *const ThreadVars,
    id: c_int,
    ptr: *mut c_void,
) -> bool {
    let Some(handle) = handle_of(function, tv, Some(id)) else {
        return false;
    };
    let Handle { host, thread } = &*handle;
    let Some(slot) = SlotUse::new(function.name, host, &thread.cells, id) else {
        return false;
    };
    if host.faults.set.hit() {
        return false;
    }
    slot.store(ptr);
    if !ptr.is_null() && matches!(*thread.stage.lock(), Stage::Left(_)) {
        slot.report(
            slot.misuse(ReportKind::ValueNeverFreed)
                .expected("no value after the shutdown on a thread that the host never frees")
                .actual(format!("{ptr:p}"))
                .consequence("Suricata would leak it"),
        );
    }
    true
}

pub(crate) fn free_all(call: &'static str, host: &Arc<HostState>, thread: &ThreadState) {
    for slot in SlotUse::all(call, host, &thread.cells) {
        slot.free();
    }
}

pub(crate) fn report_left(call: &'static str, host: &Arc<HostState>, thread: &ThreadState) {
    for slot in SlotUse::all(call, host, &thread.cells) {
        slot.report_left();
    }
}
