//! Values of a thread: set, read, replaced and freed on the thread that creates it, on its own, and at its end.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Mutex;

use suricata_thread_sys::{Flow, Packet, ThreadVars};

use super::{on_flow_init, on_thread_init};
use crate::api::{self, Tv};
use crate::thread::{self, Seen, role};
use crate::transcript::of_thread;
use crate::value::ValueSlot;

const SCENARIO: &str = "values";

static SLOT: ValueSlot = ValueSlot::new();
/// Never set.
static EMPTY: ValueSlot = ValueSlot::new();
/// Set on the creating thread, left alone afterwards.
static KEPT: ValueSlot = ValueSlot::new();

/// Registers the slots and callbacks.
pub fn init() {
    SLOT.register(c"conformance: values");
    EMPTY.register(c"conformance: values, empty");
    KEPT.register(c"conformance: values, kept");
    on_thread_init(Some(created), 0);
    on_flow_init(Some(first_flow), 0);
}

/// Calls, and writes what came back.
struct Steps {
    tv: Tv,
    number: u32,
}

impl Steps {
    fn get(&self, slot: &ValueSlot) {
        let label = slot.get(self.tv);
        of_thread(SCENARIO, self.number, format_args!("get: {label}"));
    }

    fn set(&self, slot: &ValueSlot, label: &'static str) {
        let result = slot.set(self.tv, SCENARIO, label);
        of_thread(SCENARIO, self.number, format_args!("set {label}: {result}"));
    }

    fn set_same(&self, slot: &ValueSlot) {
        let result = slot.set_same(self.tv);
        of_thread(
            SCENARIO,
            self.number,
            format_args!("set the same: {result}"),
        );
    }

    fn set_null(&self, slot: &ValueSlot) {
        let result = slot.set_null(self.tv);
        of_thread(SCENARIO, self.number, format_args!("set NULL: {result}"));
    }

    fn free(&self, slot: &ValueSlot) {
        of_thread(SCENARIO, self.number, format_args!("free"));
        slot.free(self.tv);
        of_thread(SCENARIO, self.number, format_args!("freed"));
    }
}

unsafe extern "C" fn created(tv: *mut ThreadVars, _: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let number = thread::number(tv);
    let steps = Steps { tv, number };
    of_thread(SCENARIO, number, format_args!("created on {}", role()));

    steps.get(&SLOT);
    steps.free(&SLOT);
    steps.set(&SLOT, "A");
    steps.get(&SLOT);
    steps.get(&SLOT);
    steps.free(&SLOT);
    steps.get(&SLOT);
    steps.free(&SLOT);

    // B is lost here: nobody has read it, nobody frees it.
    steps.set(&SLOT, "B");
    steps.set(&SLOT, "C over B");
    steps.get(&SLOT);
    steps.set_same(&SLOT);
    steps.get(&SLOT);

    // So is C, but it was read just before: to the mock, whoever reads a value and replaces it has taken it.
    steps.set_null(&SLOT);
    steps.get(&SLOT);
    steps.free(&SLOT);
    steps.set_null(&SLOT);
    steps.get(&SLOT);

    steps.set(&SLOT, "D");
    steps.set(&KEPT, "E, kept");
    steps.get(&EMPTY);
    of_thread(
        SCENARIO,
        number,
        format_args!("the same bytes as for the first thread: {}", same_size()),
    );
}

/// Whether the storage has the size that it had when this was first asked.
fn same_size() -> bool {
    static SIZE: Mutex<Option<u32>> = Mutex::new(None);
    let mut size = SIZE.lock().unwrap_or_else(|e| e.into_inner());
    *size.get_or_insert_with(api::storage_size) == api::storage_size()
}

/// Says when the thread that has it ends: the number of its `ThreadVars`.
struct End(Cell<u32>);

impl Drop for End {
    fn drop(&mut self) {
        of_thread(SCENARIO, self.0.get(), format_args!("the thread ends"));
    }
}

thread_local! {
    static END: End = const { End(Cell::new(0)) };
}

/// Goes on where the creating thread stopped, when the thread picks up its first flow.
unsafe extern "C" fn first_flow(
    tv: *mut ThreadVars,
    _: *mut Flow,
    _: *const Packet,
    _: *mut c_void,
) {
    static STARTED: Seen = Seen::new();
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let number = thread::number(tv);
    if !STARTED.add(number) {
        return;
    }

    let steps = Steps { tv, number };
    of_thread(SCENARIO, number, format_args!("first flow on {}", role()));
    steps.get(&SLOT);
    steps.get(&KEPT);
    steps.get(&EMPTY);
    steps.free(&SLOT);
    steps.get(&SLOT);
    steps.set(&SLOT, "F");
    steps.get(&SLOT);
    END.with(|end| end.0.set(number));
    of_thread(
        SCENARIO,
        number,
        format_args!("the same bytes as for the first thread: {}", same_size()),
    );
}
