//! A plugin that needs a function which only 8.0 has.

use conformance_plugin::entry::Entry;
use suricata_thread_sys::common::SCPlugin;
use suricata_thread_sys::v8::ThreadStorageSize;

static PLUGIN: Entry = Entry::new(c"conformance-needs-8", init);

/// The entry point.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    PLUGIN.as_ptr()
}

unsafe extern "C" fn init() {
    // SAFETY: it only reads a number.
    unsafe { ThreadStorageSize() };
}
