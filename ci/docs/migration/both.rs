//! Counts the flows of each thread: suricata-ffi, with the storage of suricata-thread.

use suricata_ffi::plugin::{self, Plugin};
use suricata_ffi::{flow, thread};
use suricata_thread::{SCLogError, SCLogNotice, ThreadStorage, ThreadVars};

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
    // SAFETY: the host calls this, on its main thread, and waits for it.
    unsafe { suricata_thread::plugin::run_init("counter", init) }
}

fn init() -> Result<(), &'static str> {
    let flows = ThreadStorage::register("counter: flows")?;
    flow::register_init_callback(move |tv, _flow, _packet| {
        if let Some(mut tv) = ours(tv) {
            count(&mut tv, flows);
        }
    })
}

/// The `ThreadVars` of suricata-thread, if the host has passed one at all. While it is in use, that of
/// suricata-ffi can't be.
fn ours<'a>(tv: &'a mut thread::ThreadVars) -> Option<ThreadVars<'a>> {
    if tv.as_ptr().is_null() {
        return None;
    }
    // SAFETY: not null, so the host has passed it to a callback that has not returned, as the calling
    // thread's own; the borrow keeps all else from using its storage meanwhile.
    Some(unsafe { ThreadVars::from_ptr(tv.as_ptr().cast_mut().cast()) })
}

fn count(tv: &mut ThreadVars, flows: ThreadStorage<Flows>) {
    match flows.get_or_insert_default(tv) {
        Ok(flows) => flows.0 += 1,
        Err(error) => SCLogError!("counter: a flow is not counted: {error}"),
    }
}

#[derive(Default)]
struct Flows(u64);

impl Drop for Flows {
    fn drop(&mut self) {
        SCLogNotice!("counter: {} flows", self.0);
    }
}
