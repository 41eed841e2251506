//! The use of one slot by the current OS thread, and the reports on it.

use std::ffi::{c_int, c_void};
use std::sync::Arc;

use crate::calling::context;
use crate::calling::handles;
use crate::noun::held::Holder;
use crate::noun::report::{Report, ReportKind};
use crate::noun::words::{Code, PluginCode};
use crate::state::cells::{Cells, Owner};
use crate::state::host::HostState;
use crate::state::slots;

/// A slot that the current OS thread may use now.
#[derive(Clone, Copy)]
pub(crate) struct SlotUse<'a> {
    pub(crate) call: &'static str,
    pub(crate) host: &'a Arc<HostState>,
    pub(crate) cells: &'a Cells,
    pub(crate) index: usize,
}

impl<'a> SlotUse<'a> {
    /// Reports misuse if the slot cannot be used.
    pub(crate) fn new(
        call: &'static str,
        host: &'a Arc<HostState>,
        cells: &'a Cells,
        id: c_int,
    ) -> Option<Self> {
        if host.slots_of(cells.owner).is_finalized() {
            let index = cells.table.index(id);
            let index = index.filter(|index| !cells.table.slots[*index].is_suricatas());
            if let Some(index) = index {
                return Some(Self {
                    call,
                    host,
                    cells,
                    index,
                });
            }
        }
        refuse(call, host, cells, id);
        None
    }

    /// Returns the owner's slots in the order of the ids.
    pub(crate) fn all(
        call: &'static str,
        host: &'a Arc<HostState>,
        cells: &'a Cells,
    ) -> impl Iterator<Item = Self> {
        (0..cells.table.slots.len()).map(move |index| Self {
            call,
            host,
            cells,
            index,
        })
    }

    pub(crate) fn misuse(&self, kind: ReportKind) -> Report {
        let slot = self.cells.table.named(self.index);
        Report::new(kind, self.call, thread_name(self.host, self.cells))
            .plugin(self.cells.table.slots[self.index].plugin)
            .slot(Some(slot))
    }

    pub(crate) fn report(&self, report: Report) {
        context::report(self.host, report);
    }

    pub(crate) fn report_lost(&self, old: *mut c_void, new: *mut c_void) {
        let report = self
            .misuse(ReportKind::ValueLost)
            .expected("an empty slot, or one whose value was read by the call before")
            .actual(format!("it held {old:p}, now replaced by {new:p}"))
            .consequence("Suricata would leak the old value")
            .remedies(
                "store it by `replace` of suricata-thread, or read the slot, set it, and free the \
                 old value",
                "read the slot, set it, and free the old value",
            );
        self.report(report);
    }

    pub(crate) fn report_held(&self, ptr: *mut c_void, other: Holder) {
        let option =
            "allow it by HostBuilder::shared_values or `suricata-mock run --shared-values`";
        let report = self
            .misuse(ReportKind::ValueFreedTwice)
            .expected("a value that no other slot holds when it is freed")
            .actual(format!("{ptr:p} is held by {} too", self.name_of(other)))
            .consequence("Suricata would free it for each slot; the mock frees it once")
            .remedies(
                &format!("if each slot has its own reference (`Arc::into_raw`), {option}"),
                &format!("if each call drops one reference or does nothing, {option}"),
            );
        self.report(report);
    }

    pub(crate) fn report_set(&self, stored: *mut c_void) {
        let report = self
            .misuse(ReportKind::StoredThenAllocated)
            .expected("an empty slot, or a value that the alloc function made")
            .actual(format!("{stored:p}, which a set stored"))
            .consequence("Suricata returns it as if the alloc function had made it")
            .remedy("Fill the slot only by its alloc function, or register none");
        self.report(report);
    }

    pub(crate) fn report_recursion(&self) {
        let report = self
            .misuse(ReportKind::AllocRecursion)
            .expected("an alloc function that does not ask for its own slot")
            .actual("it does, while the slot is empty; the mock returns NULL")
            .consequence("Suricata would call the alloc function for ever");
        self.report(report);
    }

    pub(crate) fn report_endless(&self, ptr: *mut c_void, reason: &str) {
        let report = self
            .misuse(ReportKind::ValueFreedTwice)
            .expected(format!("to be called once for {ptr:p}"))
            .actual(reason)
            .consequence("Suricata would call the free function for ever");
        self.report(report);
    }

    pub(crate) fn report_refilled(&self, freed: *mut c_void, left: *mut c_void) {
        let report = self
            .misuse(ReportKind::ValueLost)
            .subject("by its free function")
            .expected(format!("nothing to be stored while {freed:p} is freed"))
            .actual(format!("its free function stored {left:p}"))
            .consequence("Suricata then sets the slot to NULL, and would leak the new value");
        self.report(report);
    }

    /// Reports a value in a slot that was freed for good.
    pub(crate) fn report_left(&self) {
        let left = self.cells.peek(self.index);
        if left.is_null() {
            return;
        }
        let report = self
            .misuse(ReportKind::ValueNeverFreed)
            .expected(format!(
                "every slot to be empty after the {}'s storage was freed",
                self.cells.owner.name()
            ))
            .actual(format!("a free function stored {left:p}"))
            .consequence("Suricata would leak it");
        self.report(report);
    }

    fn name_of(&self, holder: Holder) -> String {
        if holder.token == self.cells.token {
            let slot = self.cells.table.named(holder.index);
            return format!("slot {slot} of the same {}", self.cells.owner.name());
        }
        if let Some(handle) = handles::find(holder.token) {
            let cells = &handle.thread.cells;
            let slot = cells.table.named(holder.index);
            return format!("slot {slot} of thread `{}`", cells.name);
        }
        match self.host.flows.find(holder.token) {
            Some(flow) => format!(
                "slot {} of another flow",
                flow.cells.table.named(holder.index)
            ),
            None => "another slot".to_owned(),
        }
    }

    pub(crate) fn code(&self, name: &'static str) -> Code {
        Code {
            kind: PluginCode::Callback,
            name,
            plugin: self.cells.table.slots[self.index].plugin,
        }
    }

    pub(crate) fn function(&self, kind: &str) -> String {
        let slot = self.cells.table.named(self.index);
        let thread = thread_name(self.host, self.cells);
        match self.cells.owner {
            Owner::Thread => format!("{kind} function of slot {slot} of thread `{thread}`"),
            Owner::Flow => format!("{kind} function of flow slot {slot} on thread `{thread}`"),
        }
    }
}

#[cold]
fn refuse(call: &str, host: &HostState, cells: &Cells, id: c_int) {
    let slots = host.slots_of(cells.owner);
    let misuse = |kind| {
        Report::new(kind, call, thread_name(host, cells))
            .plugin(context::plugin())
            .slot(Some(slots::named(id)))
    };
    let report = if slots.is_finalized() {
        let (actual, is_kept) = slots.origin(id);
        let report = misuse(ReportKind::UnknownSlot)
            .expected(format!("the id of a slot of this host{}", ids(cells)))
            .actual(actual)
            .consequence(format!(
                "Suricata does not check the id; it would read or write past the {}'s slots",
                cells.owner.name()
            ));
        if is_kept {
            report.remedies(
                "let each `init` set the handle anew, not a `OnceLock`, or test in a separate \
                 process",
                "let each Init set the id anew, or test in a separate process",
            )
        } else {
            report
        }
    } else {
        misuse(ReportKind::StorageNotFinalized)
            .expected("after registration has closed (Host::finalize)")
            .actual("before")
            .consequence(
                "Suricata's debug builds abort, and threads created by then have no room for \
                 slots",
            )
    };
    context::report(host, report);
}

/// Returns the owner's name; for a flow, the current thread's.
fn thread_name(host: &HostState, cells: &Cells) -> String {
    match cells.owner {
        Owner::Thread => cells.name.to_owned(),
        Owner::Flow => context::thread_name(host),
    }
}

fn ids(cells: &Cells) -> String {
    let (table, owner) = (&cells.table, cells.owner.name());
    let plugin_ids = (0..table.slots.len()).filter(|at| !table.slots[*at].is_suricatas());
    let plugin_ids: Vec<_> = plugin_ids.map(|at| table.id(at)).collect();
    match (plugin_ids.first(), plugin_ids.last()) {
        (Some(first), Some(last)) => format!(" (this {owner} has {first} to {last})"),
        _ => format!(" (this {owner} has none)"),
    }
}
