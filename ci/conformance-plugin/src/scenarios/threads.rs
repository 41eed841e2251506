//! Every thread that the host creates gets its callback; in which order threads are created and taken down.

use std::ffi::c_void;

use suricata_thread_sys::ThreadVars;

use super::{SlotCell, on_thread_init};
use crate::api::{self, Tv};
use crate::thread::{self, role};
use crate::transcript::sequence;

const SCENARIO: &str = "threads";

static SLOT: SlotCell = SlotCell::new();

/// Comes before every other scenario: the threads are counted here.
pub fn init() {
    SLOT.keep(api::register(Some(c"conformance: threads"), Some(free)));
    on_thread_init(Some(created), 0);
    sequence(SCENARIO, format_args!("Init on {}", role()));
}

unsafe extern "C" fn created(tv: *mut ThreadVars, _: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let number = thread::create(tv);
    sequence(
        SCENARIO,
        format_args!("ThreadVars {number} created on {}", role()),
    );
    let value = Box::into_raw(Box::new(number)).cast();
    // SAFETY: made for `free`.
    unsafe { SLOT.slot().set(tv, value) };
}

unsafe extern "C" fn free(number: *mut c_void) {
    // SAFETY: made in `created`, and freed once.
    let number = unsafe { Box::from_raw(number.cast::<u32>()) };
    sequence(
        SCENARIO,
        format_args!("ThreadVars {number} freed on {}", role()),
    );
}
