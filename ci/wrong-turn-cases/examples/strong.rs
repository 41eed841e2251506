//! A plugin that needs a function which only Suricata 9.0 has.

use suricata_thread::{self as thread, SCLogNotice, plugin, sys};

plugin! { name: "strong", version: "1", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    thread::register_init_callback(|_tv| {
        // SAFETY: takes nothing; registration has closed when threads are created.
        let bytes = unsafe { sys::v9::SCThreadStorageSize() };
        SCLogNotice!("strong: {bytes} bytes for each thread");
    })
}
