//! Reading, storing, making and freeing the value of a slot.

use std::ffi::{c_uint, c_void};

use crate::calling::boundary;
use crate::calling::slot_use::SlotUse;
use crate::state::cells::ToFree;

impl SlotUse<'_> {
    pub(crate) fn read(&self) -> *mut c_void {
        self.cells.read(self.index)
    }

    pub(crate) fn store(&self, ptr: *mut c_void) {
        self.keep(ptr, false);
    }

    fn keep(&self, ptr: *mut c_void, is_made: bool) {
        let holdings = &self.host.holdings;
        if let Some(old) = self.cells.store(self.index, ptr, is_made, holdings) {
            self.report_lost(old, ptr);
        }
    }

    /// Returns the value, allocating it if the slot is empty.
    pub(crate) fn alloc(&self) -> *mut c_void {
        let stored = self.read();
        let slot = &self.cells.table.slots[self.index];
        let Some(alloc) = slot.alloc else {
            return stored;
        };
        if !stored.is_null() {
            if self.cells.was_set(self.index) {
                self.report_set(stored);
            }
            return stored;
        }
        if self.cells.set_making(self.index, true) {
            self.report_recursion();
            return std::ptr::null_mut();
        }
        let alloc: unsafe extern "C-unwind" fn(c_uint) -> *mut c_void =
            // SAFETY: "C" and "C-unwind" functions are called alike; `boundary` catches what unwinds.
            unsafe { std::mem::transmute(alloc) };
        let describe = || self.function("alloc");
        let made = boundary::call(self.host, self.code("alloc function"), describe, || {
            // SAFETY: the plugin registered it for this size.
            unsafe { alloc(slot.size) }
        });
        self.cells.set_making(self.index, false);
        let made = made.unwrap_or(std::ptr::null_mut());
        if made.is_null() {
            return made;
        }
        self.keep(made, true);
        self.read()
    }

    pub(crate) fn free(&self) {
        let holdings = &self.host.holdings;
        let ptr = match self.cells.begin_free(self.index, holdings) {
            ToFree::Nothing => return,
            ToFree::Endless(ptr, reason) => return self.report_endless(ptr, reason),
            ToFree::Value(ptr, Some(other)) => {
                self.report_held(ptr, other);
                ptr
            }
            ToFree::Value(ptr, None) => {
                self.call_free(ptr);
                ptr
            }
        };
        if let Some(left) = self.cells.end_free(self.index, holdings) {
            self.report_refilled(ptr, left);
        }
    }

    fn call_free(&self, ptr: *mut c_void) {
        let Some(free) = self.cells.table.slots[self.index].free else {
            return;
        };
        // SAFETY: "C" and "C-unwind" functions are called alike.
        let free: unsafe extern "C-unwind" fn(*mut c_void) = unsafe { std::mem::transmute(free) };
        let describe = || self.function("free");
        // A panic was reported; the value counts as freed.
        let _ = boundary::call(self.host, self.code("free function"), describe, || {
            // SAFETY: the plugin stored the pointer for this function, once for each call.
            unsafe { free(ptr) }
        });
    }
}
