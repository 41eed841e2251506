//! A plugin that uses no storage: it has no symbol that only one generation of Suricata has.

use suricata_thread::{self as thread, SCLogNotice, plugin};

plugin! { name: "no storage", version: "1", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    thread::register_init_callback(|tv| SCLogNotice!("a thread: {tv:?}"))
}
