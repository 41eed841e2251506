//! The suite.

use conformance_plugin::entry::Entry;
use conformance_plugin::scenarios;
use conformance_plugin::transcript::sequence;
use suricata_thread_sys::common::SCPlugin;

static PLUGIN: Entry = Entry::new(c"conformance-suite", init);

/// The entry point.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    PLUGIN.as_ptr()
}

unsafe extern "C" fn init() {
    sequence("refused_plugin", format_args!("Init of the next plugin"));
    scenarios::init();
}
