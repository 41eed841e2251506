//! A plugin that counts the packets of each thread, with `suricata-ffi`.

use suricata_ffi::thread::{self, ThreadStorage};
use suricata_ffi::{SCLogError, SCLogNotice, flow, plugin};

/// The plugin's entry point.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut suricata_sys::sys::SCPlugin {
    let plugin = plugin::Plugin {
        name: "bench-packets-ffi",
        version: env!("CARGO_PKG_VERSION"),
        license: "MIT OR Apache-2.0",
        author: "The suricata-thread developers",
        init: call_init,
    };
    plugin.into_raw()
}

unsafe extern "C" fn call_init() {
    plugin::init();
    if let Err(error) = init() {
        SCLogError!("bench: {error}");
    }
}

#[derive(Default)]
struct State {
    packets: u64,
}

impl Drop for State {
    fn drop(&mut self) {
        SCLogNotice!("bench: {} packets", self.packets);
    }
}

fn init() -> Result<(), &'static str> {
    let storage = ThreadStorage::<State>::register("bench-packets-ffi")?;
    thread::register_init_callback(move |tv| {
        let _ = storage.get_or_insert_with(tv, State::default);
    })?;
    flow::register_update_callback(move |tv, _, _| {
        if let Some(state) = storage.get_mut(tv) {
            state.packets += 1;
        }
    })
}
