//! A plugin whose flow update callback does nothing, or with `FLOOD` in the environment panics for each packet;
//! and that logs a line which is too long.

use suricata_thread::{SCLogNotice, flow, plugin};

plugin! { name: "flood", version: "1", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    SCLogNotice!("{}", "\"".repeat(20_000));
    let panics = std::env::var_os("FLOOD").is_some();
    flow::register_update_callback(move |_, _, _| {
        if panics {
            panic!("planned");
        }
    })
}
