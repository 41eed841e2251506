//! Logs the counts of each thread and each flow, with suricata-ffi.

use suricata_ffi::eve;
use suricata_ffi::flow::{self, FlowStorage};
use suricata_ffi::plugin::{self, Plugin};
use suricata_ffi::thread::{self, ThreadStorage};
use suricata_ffi::{SCLogError, SCLogNotice};

/// The entry point, which the host looks up by this name.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut suricata_sys::sys::SCPlugin {
    let plugin = Plugin {
        name: "census",
        version: "0.1.0",
        author: "You",
        license: "GPL-2.0-only",
        init: call_init,
    };
    plugin.into_raw()
}

unsafe extern "C" fn call_init() {
    plugin::init();
    if let Err(error) = init() {
        SCLogError!("plugin census: init failed: {error}");
    }
}

include!("plugin.rs");
