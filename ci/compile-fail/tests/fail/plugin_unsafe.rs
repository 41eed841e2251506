//! An expression for `init` can do nothing unsafe, whatever the lints.
#![allow(unsafe_op_in_unsafe_fn)]

suricata_thread::plugin! {
    name: "my-plugin",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: {
        std::ptr::read_volatile(std::ptr::null::<u8>());
        init
    },
}

fn init() -> Result<(), &'static str> {
    Ok(())
}

fn main() {
    let _ = PLUGIN;
}
