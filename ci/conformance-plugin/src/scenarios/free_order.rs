//! The slots of a thread are freed in the order of their ids, whatever the order in which they were set.

use std::ffi::c_void;

use suricata_thread_sys::ThreadVars;

use super::on_thread_init;
use crate::api::Tv;
use crate::thread::{self, role};
use crate::transcript::of_thread;
use crate::value::ValueSlot;

const SCENARIO: &str = "free_order";

static SLOTS: [(ValueSlot, &std::ffi::CStr, &str); 4] = [
    (
        ValueSlot::new(),
        c"conformance: order 4",
        "first registered",
    ),
    (
        ValueSlot::new(),
        c"conformance: order 2",
        "second registered",
    ),
    (
        ValueSlot::new(),
        c"conformance: order 3",
        "third registered",
    ),
    (
        ValueSlot::new(),
        c"conformance: order 1",
        "fourth registered",
    ),
];

/// Registers the slots.
pub fn init() {
    for (slot, name, _) in &SLOTS {
        slot.register(name);
    }
    on_thread_init(Some(created), 0);
}

unsafe extern "C" fn created(tv: *mut ThreadVars, _: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let number = thread::number(tv);
    // The third stays empty.
    for at in [3, 0, 1] {
        let (slot, _, label) = &SLOTS[at];
        of_thread(SCENARIO, number, format_args!("set {label} on {}", role()));
        slot.set(tv, SCENARIO, label);
    }
}
