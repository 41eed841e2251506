//! A plugin that the host is told to load twice.

use conformance_plugin::entry::Entry;
use conformance_plugin::thread::{self, role};
use conformance_plugin::transcript::sequence;
use suricata_thread_sys::common::SCPlugin;

static PLUGIN: Entry = Entry::new(c"conformance-twice", init);

/// The entry point.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    sequence("loaded_twice", format_args!("SCPluginRegister"));
    PLUGIN.as_ptr()
}

unsafe extern "C" fn init() {
    thread::this_is_main();
    sequence("loaded_twice", format_args!("Init on {}", role()));
}
