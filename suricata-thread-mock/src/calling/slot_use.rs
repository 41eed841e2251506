//! The use of one slot of one owner, whoever that is, on the current OS thread.

use std::ffi::{c_int, c_uint, c_void};
use std::sync::Arc;

use crate::calling::boundary;
use crate::calling::context::{self, Code, PluginCode};
use crate::calling::handles;
use crate::noun::held::Holder;
use crate::noun::report::{Report, ReportKind};
use crate::state::cells::{Cells, ToFree};
use crate::state::host::HostState;
use crate::state::slots;

/// A slot of an owner that the current OS thread may use now.
#[derive(Clone, Copy)]
pub(crate) struct SlotUse<'a> {
    pub(crate) call: &'static str,
    pub(crate) host: &'a Arc<HostState>,
    pub(crate) cells: &'a Cells,
    pub(crate) index: usize,
}

impl<'a> SlotUse<'a> {
    /// The slot with an id; where it is no slot of the owner, or none may be used yet, that has been
    /// reported.
    pub(crate) fn new(
        call: &'static str,
        host: &'a Arc<HostState>,
        cells: &'a Cells,
        id: c_int,
    ) -> Option<Self> {
        let owner = cells.name;
        if !host.slots.is_finalized() {
            let report = Report::new(ReportKind::StorageNotFinalized, call, owner)
                .slot(Some(slots::named(id)))
                .expected("after registration has closed (Host::finalize)")
                .actual("before")
                .consequence(
                    "Suricata's debug builds abort here, and a thread of that time has no room for \
                     slots",
                );
            context::report(host, report);
            return None;
        }
        let index = cells.table.index(id);
        let index = index.filter(|index| !cells.table.slots[*index].is_hosts());
        let Some(index) = index else {
            let report = Report::new(ReportKind::UnknownSlot, call, owner)
                .slot(Some(slots::named(id)))
                .expected(format!("the id of a slot of this host{}", ids(cells)))
                .actual(host.slots.whose(id))
                .consequence(
                    "Suricata does not check the id; it would read or write past the thread's slots",
                );
            context::report(host, report);
            return None;
        };
        Some(Self {
            call,
            host,
            cells,
            index,
        })
    }

    /// Every slot of an owner, in the order of the ids.
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

    /// The beginning of a report on this use.
    pub(crate) fn misuse(&self, kind: ReportKind) -> Report {
        let slot = self.cells.table.named(self.index);
        Report::new(kind, self.call, self.cells.name).slot(Some(slot))
    }

    pub(crate) fn report(&self, report: Report) {
        context::report(self.host, report);
    }

    pub(crate) fn read(&self) -> *mut c_void {
        self.cells.read(self.index)
    }

    pub(crate) fn store(&self, ptr: *mut c_void) {
        let stored = self.cells.store(self.index, ptr, &self.host.holdings);
        if let Some(old) = stored.lost {
            self.report(
                self.misuse(ReportKind::ValueLost)
                    .expected("an empty slot, or one whose value was read by the call before")
                    .actual(format!("it held {old:p}, now replaced by {ptr:p}"))
                    .consequence("Suricata would leak the old value")
                    .remedy("Read the slot, set it, and free what was read"),
            );
        }
        if let Some(holder) = stored.other {
            let holder = self.name_of(holder);
            self.report(
                self.misuse(ReportKind::ValueFreedTwice)
                    .expected("a value that no slot holds")
                    .actual(format!("{ptr:p} is held by {holder} too"))
                    .consequence(
                        "Suricata would free it twice, by a call of the free function for each \
                         slot; the mock calls it once",
                    )
                    .remedy(
                        "Where each slot has a reference of its own (`Arc::into_raw`) or the free \
                         function does nothing, say so with HostBuilder::shared_values, or with \
                         --shared-values of `suricata-mock run`",
                    ),
            );
        }
    }

    fn name_of(&self, holder: Holder) -> String {
        if holder.token == self.cells.token {
            let slot = self.cells.table.named(holder.index);
            return format!("slot {slot} of the same thread");
        }
        let Some(handle) = handles::find(holder.token) else {
            return "a slot of another thread".to_owned();
        };
        let cells = &handle.thread.cells;
        let slot = cells.table.named(holder.index);
        format!("slot {slot} of thread `{}`", cells.name)
    }

    /// Returns what the slot holds, storing what its alloc function returns if it is empty.
    pub(crate) fn alloc(&self) -> *mut c_void {
        let stored = self.read();
        let slot = &self.cells.table.slots[self.index];
        let (true, Some(alloc)) = (stored.is_null(), slot.alloc) else {
            return stored;
        };
        // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
        let alloc: unsafe extern "C-unwind" fn(c_uint) -> *mut c_void =
            unsafe { std::mem::transmute(alloc) };
        let what = || self.function("alloc");
        let made = boundary::call(self.host, self.code("alloc function"), what, || {
            // SAFETY: the plugin registered it for this size.
            unsafe { alloc(slot.size) }
        });
        let made = made.unwrap_or(std::ptr::null_mut());
        if made.is_null() {
            return made;
        }
        self.store(made);
        self.read()
    }

    /// Frees what the slot holds.
    pub(crate) fn free(&self) {
        let ptr = match self.cells.begin_free(self.index, &self.host.holdings) {
            ToFree::Nothing => return,
            ToFree::Endless(ptr, what) => {
                self.report(
                    self.misuse(ReportKind::ValueFreedTwice)
                        .expected(format!("to be called once for {ptr:p}"))
                        .actual(what)
                        .consequence("Suricata would call the free function for ever"),
                );
                return;
            }
            ToFree::Value(ptr, is_last) => {
                if is_last {
                    self.call_free(ptr);
                }
                ptr
            }
        };
        if let Some(left) = self.cells.end_free(self.index, &self.host.holdings) {
            self.report(
                self.misuse(ReportKind::ValueLost)
                    .subject("by its free function")
                    .expected(format!("nothing to be stored while {ptr:p} is freed"))
                    .actual(format!("its free function stored {left:p}"))
                    .consequence(
                        "Suricata sets the slot to NULL after it, and would leak the new value",
                    ),
            );
        }
    }

    fn call_free(&self, ptr: *mut c_void) {
        let Some(free) = self.cells.table.slots[self.index].free else {
            return;
        };
        // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
        let free: unsafe extern "C-unwind" fn(*mut c_void) = unsafe { std::mem::transmute(free) };
        let what = || self.function("free");
        // A panic was reported; the value counts as freed.
        let _ = boundary::call(self.host, self.code("free function"), what, || {
            // SAFETY: the plugin stored the pointer for this function, once for each call.
            unsafe { free(ptr) }
        });
    }

    fn code(&self, what: &'static str) -> Code {
        Code {
            kind: PluginCode::Callback,
            what,
            plugin: self.cells.table.slots[self.index].plugin,
        }
    }

    /// The name of a function of the slot, in reports.
    fn function(&self, which: &str) -> String {
        format!(
            "{which} function of slot {} of thread `{}`",
            self.cells.table.named(self.index),
            self.cells.name
        )
    }
}

fn ids(cells: &Cells) -> String {
    let table = &cells.table;
    let of_plugins = table.slots.iter().filter(|slot| !slot.is_hosts());
    match of_plugins.count() {
        0 => " (this thread has none)".to_owned(),
        n => format!(" (this thread has {} to {})", table.id(0), table.id(n - 1)),
    }
}
