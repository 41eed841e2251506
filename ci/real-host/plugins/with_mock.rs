//! A plugin that contains the mock.

use suricata_thread::{self as thread, SCLogNotice, plugin};
use suricata_thread_mock as _;

plugin! { name: "with mock", version: "1", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    thread::register_init_callback(|tv| SCLogNotice!("a thread: {tv:?}"))
}
