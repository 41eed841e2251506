//! A plugin with faults in it, to see that they are found: memory that is lost, memory that is used after it was
//! freed, while a panic unwinds, and a value for each thread that is never dropped.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use suricata_thread::{ThreadStorage, flow, plugin, register_init_callback};

plugin! {
    name: "planted",
    version: "1.0.0",
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

fn init() -> Result<(), &'static str> {
    let slot = ThreadStorage::<Vec<u8>>::register("planted")?;
    register_init_callback(move |tv| {
        let _ = slot.replace(tv, vec![7; 32 * 1024]);
        // Lost.
        let _ = slot.take(tv).map(std::mem::forget);
    })?;
    static DONE: AtomicBool = AtomicBool::new(false);
    flow::register_init_callback(move |tv, _, _| {
        if DONE.swap(true, Relaxed) {
            return;
        }
        let _ = slot.replace(tv, vec![7; 64]);
        let first: *const u8 = slot
            .get(tv)
            .map_or(std::ptr::null(), |value| value.as_ptr());
        let _ = slot.take(tv).map(drop);
        let _reads = ReadsWhenDropped(first);
        panic!("planned");
    })
}

struct ReadsWhenDropped(*const u8);

impl Drop for ReadsWhenDropped {
    fn drop(&mut self) {
        // SAFETY: none: this is the planted fault. What it reads was freed before.
        unsafe { self.0.read_volatile() };
    }
}
