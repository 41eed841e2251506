//! A plugin for an API version that no host has: it is asked which one it is for, and closed, and `Init` never runs.

use conformance_plugin::entry::Entry;
use conformance_plugin::transcript::sequence;
use suricata_thread_sys::common::SCPlugin;

static PLUGIN: Entry = Entry::for_version(0x0700, c"conformance-other-version", init);

/// The entry point.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    sequence("refused_plugin", format_args!("SCPluginRegister"));
    PLUGIN.as_ptr()
}

unsafe extern "C" fn init() {
    sequence("refused_plugin", format_args!("Init"));
}

/// Runs when the file is closed, or the process ends.
#[used]
#[unsafe(link_section = ".fini_array")]
static CLOSED: extern "C" fn() = closed;

extern "C" fn closed() {
    sequence("refused_plugin", format_args!("closed"));
}
