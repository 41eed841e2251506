//! Slots that are registered when the host has closed that.

use std::ffi::c_void;

use suricata_thread_sys::ThreadVars;

use super::on_thread_init;
use crate::api::{self, Tv};
use crate::thread;
use crate::transcript::of_thread;
use crate::value::{self, ValueSlot};

const SCENARIO: &str = "late";

static IN_TIME: ValueSlot = ValueSlot::new();

/// Has each thread try.
pub fn init() {
    IN_TIME.register(c"conformance: in time");
    on_thread_init(Some(created), 0);
}

unsafe extern "C" fn created(tv: *mut ThreadVars, _: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let number = thread::number(tv);
    let free = Some(value::free as api::Free);
    let before = api::storage_size();
    for (what, name, free) in [
        ("a new name", Some(c"conformance: too late"), free),
        ("a name that is taken", Some(c"conformance: in time"), free),
        ("no name", None, free),
        ("no free function", Some(c"conformance: too late"), None),
    ] {
        let id = api::register(name, free).map_or_else(|id| id, api::Slot::id);
        let grown = api::storage_size() - before;
        of_thread(
            SCENARIO,
            number,
            format_args!("{what}: id {id}, {grown} more bytes"),
        );
    }
}
