//! Counts the flows and packets of each thread, with suricata-ffi.

use suricata_ffi::plugin::{self, Plugin};
use suricata_ffi::thread::{self, ThreadStorage, ThreadVars};
use suricata_ffi::{SCLogError, SCLogNotice, flow};

/// What the host looks up when it has opened the plugin.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut suricata_sys::sys::SCPlugin {
    let plugin = Plugin {
        name: "counter",
        version: "0.1.0",
        author: "You",
        license: "MIT",
        init: call_init,
    };
    plugin.into_raw()
}

unsafe extern "C" fn call_init() {
    plugin::init();
    if let Err(error) = init() {
        SCLogError!("plugin counter: init failed: {error}");
    }
}

fn init() -> Result<(), &'static str> {
    let begun = ThreadStorage::register("counter: flows begun")?;
    let ended = ThreadStorage::register("counter: flows ended")?;
    let packets = ThreadStorage::register("counter: packets")?;
    thread::register_init_callback(move |tv| {
        for (slot, what) in [
            (begun, "flows begun"),
            (ended, "flows ended"),
            (packets, "packets"),
        ] {
            if let Err(error) = slot.get_or_insert_with(tv, || Count { what, seen: 0 }) {
                SCLogError!("counter: no {what} will be counted: {error}");
            }
        }
    })?;
    flow::register_init_callback(move |tv, _flow, _packet| count(tv, begun))?;
    flow::register_update_callback(move |tv, _flow, _packet| count(tv, packets))?;
    flow::register_finish_callback(move |tv, _flow| count(tv, ended))
}

fn count(tv: &mut ThreadVars, slot: ThreadStorage<Count>) {
    if let Some(count) = slot.get_mut(tv) {
        count.seen += 1;
    }
}

struct Count {
    what: &'static str,
    seen: u64,
}

/// The thread has ended.
impl Drop for Count {
    fn drop(&mut self) {
        SCLogNotice!("counter: {} {}", self.seen, self.what);
    }
}
