//! A plugin whose flow update callback does nothing, or with `FLOOD` in the environment panics for each packet,
//! if that is `nested` with a long message and around a panic that it catches; and that logs a line which is too long.

use suricata_thread::{SCLogNotice, flow, plugin};

plugin! { name: "flood", version: "1", author: "You", license: "MIT", init: init }

/// Panics when it is dropped, and catches that.
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
