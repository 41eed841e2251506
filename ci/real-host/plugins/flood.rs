//! A plugin that logs a line which is too long. With `FLOOD` in the environment, its flow update callback panics for
//! each packet; with `nested`, it has a long message, and a drop catches another panic.

use suricata_thread::{SCLogNotice, flow, plugin};

plugin! { name: "flood", version: "1", author: "You", license: "MIT", init: init }

/// A value whose drop panics and catches the panic.
struct CatchesItsOwn;

impl Drop for CatchesItsOwn {
    fn drop(&mut self) {
        let _ = std::panic::catch_unwind(|| panic!("caught"));
    }
}

fn init() -> Result<(), &'static str> {
    SCLogNotice!("{}", "\"".repeat(20_000));
    let kind = std::env::var("FLOOD").ok();
    flow::register_update_callback(move |_, _, _| match kind.as_deref() {
        None => {}
        Some("nested") => {
            let _guard = CatchesItsOwn;
            panic!("planned {}", "x".repeat(20_000));
        }
        Some(_) => panic!("planned"),
    })
}
