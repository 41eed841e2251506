//! The order in which two plugins in one host run `Init` and callbacks, and in which their slots are
//! freed. Each plugin has its own copy of this module.

use std::ffi::{CStr, c_void};
use std::sync::OnceLock;

use super::api::{self, on_thread_init};
use super::{free as free_value, role, say};

const SCENARIO: &str = "several_plugins";

static PLUGIN: OnceLock<&str> = OnceLock::new();

/// Registers a slot and a callback for the `plugin`.
pub fn init(plugin: &'static str, slot: &'static CStr) {
    PLUGIN.get_or_init(|| plugin);
    say!(Sequence, "{plugin}: Init on {}", role());
    let both = api::register(Some(c"conformance: several plugins"), Some(free_value));
    say!(
        Sequence,
        "{plugin}: name of both accepted: {}",
        both.is_ok()
    );
    let slot = api::register(Some(slot), Some(free)).expect("the scenario needs the slot");
    on_thread_init(move |tv| {
        let (role, empty) = (role(), slot.get(tv).is_null());
        say!(Sequence, "{plugin}: created on {role}, empty: {empty}");
        slot.set(tv, Box::into_raw(Box::new(0_u64)).cast());
    });
}

unsafe extern "C" fn free(value: *mut c_void) {
    // SAFETY: made in `init`, and freed once.
    drop(unsafe { Box::from_raw(value.cast::<u64>()) });
    let plugin = PLUGIN.get().copied().unwrap_or("neither");
    say!(Sequence, "{plugin}: freed on {}", role());
}
