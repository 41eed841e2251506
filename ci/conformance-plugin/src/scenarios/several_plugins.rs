//! Two plugins in one host: the second one's `Init` runs after the first one's, as do its callbacks, and its slots are
//! freed after.
//!
//! Each plugin has its own copy of this module, and says which one it is.

use std::ffi::{CStr, c_void};
use std::sync::OnceLock;

use suricata_thread_sys::ThreadVars;

use super::{SlotCell, on_thread_init};
use crate::api::{self, Tv};
use crate::thread::role;
use crate::transcript::sequence;
use crate::value;

const SCENARIO: &str = "several_plugins";

static WHICH: OnceLock<&str> = OnceLock::new();
static SLOT: SlotCell = SlotCell::new();

/// Registers a slot and a callback for the plugin `which`.
pub fn init(which: &'static str, slot: &'static CStr) {
    WHICH.get_or_init(|| which);
    sequence(SCENARIO, format_args!("{which}: Init on {}", role()));
    let same = api::register(Some(c"conformance: several plugins"), Some(value::free));
    sequence(
        SCENARIO,
        format_args!("{which}: name of both accepted: {}", same.is_ok()),
    );
    SLOT.keep(api::register(Some(slot), Some(free)));
    on_thread_init(Some(created), 0);
}

fn which() -> &'static str {
    WHICH.get().copied().unwrap_or("neither")
}

unsafe extern "C" fn created(tv: *mut ThreadVars, _: *mut c_void) {
    let which = which();
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let empty = SLOT.slot().get(tv).is_null();
    sequence(
        SCENARIO,
        format_args!("{which}: created on {}, slot empty: {empty}", role()),
    );
    let value = Box::into_raw(Box::new(0_u64)).cast();
    // SAFETY: made for `free`.
    unsafe { SLOT.slot().set(tv, value) };
}

unsafe extern "C" fn free(value: *mut c_void) {
    // SAFETY: made in `created`, and freed once.
    drop(unsafe { Box::from_raw(value.cast::<u64>()) });
    sequence(SCENARIO, format_args!("{}: freed on {}", which(), role()));
}
