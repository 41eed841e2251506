//! Values that say when they are freed, and slots for them.

use std::ffi::{CStr, c_int, c_void};
use std::sync::OnceLock;

use crate::api::{self, Registered, Slot, Tv};
use crate::thread;
use crate::transcript;

/// What the scenarios store: on which thread, for which scenario, and which value of that.
struct Value {
    scenario: &'static str,
    label: &'static str,
    number: u32,
}

/// Makes a value for the `number`th thread.
pub fn make(scenario: &'static str, label: &'static str, number: u32) -> *mut c_void {
    let value = Value {
        scenario,
        label,
        number,
    };
    Box::into_raw(Box::new(value)).cast()
}

/// Writes that the value is freed, in the transcript of its thread, and frees it.
///
/// # Safety
/// `value` was made by [`make`] and is used by nobody any more.
pub unsafe extern "C" fn free(value: *mut c_void) {
    let role = thread::role();
    // SAFETY: the caller's promise.
    let value = unsafe { Box::from_raw(value.cast::<Value>()) };
    transcript::of_thread(
        value.scenario,
        value.number,
        format_args!("free function: {} on {role}", value.label),
    );
}

/// A slot whose values are those that [`make`] makes, for a `static`. To be registered once.
pub struct ValueSlot(OnceLock<Slot>);

impl ValueSlot {
    /// Not registered yet.
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Registers it.
    pub fn register(&self, name: &'static CStr) {
        self.keep(api::register(Some(name), Some(free)));
    }

    /// Registers it with a function that makes values.
    ///
    /// # Safety
    /// `alloc` returns NULL or what [`make`] made.
    pub unsafe fn register_sized(
        &self,
        name: &'static CStr,
        size: std::ffi::c_uint,
        alloc: suricata_thread_sys::v8::StorageAllocFn,
    ) {
        self.keep(api::register_sized(name, size, alloc, free));
    }

    fn keep(&self, slot: Registered) {
        let slot = slot.expect("the scenario needs the slot");
        assert!(self.0.set(slot).is_ok(), "registered twice");
    }

    fn slot(&self) -> Slot {
        *self.0.get().expect("registered in Init")
    }

    /// The id.
    pub fn id(&self) -> c_int {
        self.slot().id()
    }

    /// What it holds, by the label that it was set with.
    pub fn get(&self, tv: Tv) -> &'static str {
        label(self.slot().get(tv))
    }

    /// Makes it hold a new value.
    pub fn set(&self, tv: Tv, scenario: &'static str, label: &'static str) -> c_int {
        let value = make(scenario, label, thread::number(tv));
        // SAFETY: it was made for such a slot.
        unsafe { self.slot().set(tv, value) }
    }

    /// Makes it hold what it holds.
    pub fn set_same(&self, tv: Tv) -> c_int {
        let value = self.slot().get(tv);
        // SAFETY: the slot has it, and no other.
        unsafe { self.slot().set(tv, value) }
    }

    /// Makes it hold NULL.
    pub fn set_null(&self, tv: Tv) -> c_int {
        // SAFETY: NULL is no value.
        unsafe { self.slot().set(tv, std::ptr::null_mut()) }
    }

    /// Has the host free what it holds.
    pub fn free(&self, tv: Tv) {
        self.slot().free(tv);
    }

    /// What it holds, made now where that is NULL.
    pub fn alloc(&self, tv: Tv) -> &'static str {
        label(self.slot().alloc(tv))
    }
}

/// The label of what a [`ValueSlot`] holds.
fn label(value: *const c_void) -> &'static str {
    // SAFETY: NULL, or what such a slot holds: made by `make`, and not freed, since nobody but the host frees it.
    match unsafe { value.cast::<Value>().as_ref() } {
        None => "NULL",
        Some(value) => value.label,
    }
}
