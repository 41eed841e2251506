//! The measured plugin that uses `suricata-ffi`.

mod host;
mod safe;

use suricata_ffi::thread::{self, ThreadStorage, ThreadVars};
use suricata_ffi::{SCLogInfo, flow, plugin};

/// The plugin's entry point.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut suricata_sys::sys::SCPlugin {
    let plugin = plugin::Plugin {
        name: "bench-ffi",
        version: env!("CARGO_PKG_VERSION"),
        license: "MIT OR Apache-2.0",
        author: "The suricata-thread developers",
        init: call_init,
    };
    plugin.into_raw()
}

unsafe extern "C" fn call_init() {
    plugin::init();
    safe::init().expect("nothing is refused");
}
