//! A plugin as it should be: it leaves the host's functions to the host.

use suricata_thread::{ThreadStorage, ThreadVars};

suricata_thread::plugin! {
    name: "well-linked",
    version: env!("CARGO_PKG_VERSION"),
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

fn init() -> Result<(), &'static str> {
    let storage = ThreadStorage::<u64>::register("well-linked")?;
    suricata_thread::register_init_callback(move |tv: &mut ThreadVars| {
        let _ = storage.get_or_insert_with(tv, || 0);
    })
}
