//! The nearest neighbour: any other expression for `init`.
#![forbid(unsafe_code)]

use suricata_thread_mock as _;
suricata_thread::plugin! {
    name: "my-plugin",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: {
        std::hint::black_box(std::ptr::null::<u8>());
        init
    },
}

fn init() -> Result<(), &'static str> {
    Ok(())
}

fn main() {
    let _ = SCPluginRegister();
}
