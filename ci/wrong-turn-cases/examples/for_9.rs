//! An entry point that was written for Suricata 9.0 alone, and uses nothing of it.

use std::cell::UnsafeCell;

use suricata_thread_sys::common::SCPlugin;
use suricata_thread_sys::v9::SC_API_VERSION;

struct Entry(UnsafeCell<SCPlugin>);

// SAFETY: only the host looks inside.
unsafe impl Sync for Entry {}

static ENTRY: Entry = Entry(UnsafeCell::new(SCPlugin {
    version: SC_API_VERSION,
    suricata_version: c"9.0".as_ptr(),
    name: c"for 9".as_ptr(),
    plugin_version: c"1".as_ptr(),
    license: c"MIT".as_ptr(),
    author: c"You".as_ptr(),
    Init: Some(init),
}));

unsafe extern "C" fn init() {}

/// What Suricata looks up.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    ENTRY.0.get()
}
