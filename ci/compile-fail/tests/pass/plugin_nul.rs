//! The nearest neighbour: text with a NUL in it is no name of a plugin.

use suricata_thread_mock as _;
suricata_thread::plugin! {
    name: "my-plugin",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: init,
}

fn init() -> Result<(), &'static str> {
    Ok(())
}

fn main() {
    let _ = SCPluginRegister();
}
