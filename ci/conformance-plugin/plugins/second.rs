//! A second plugin in the host of the suite.

use conformance_plugin::entry::Entry;
use conformance_plugin::scenarios::several_plugins;
use conformance_plugin::thread;
use suricata_thread_sys::common::SCPlugin;

static PLUGIN: Entry = Entry::new(c"conformance-second", init);

/// The entry point.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
    PLUGIN.as_ptr()
}

unsafe extern "C" fn init() {
    thread::this_is_main();
    several_plugins::init("second", c"conformance: several plugins, second");
}
