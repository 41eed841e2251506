//! The nearest neighbour: a plugin's init has one signature.

use suricata_thread_mock as _;
suricata_thread::plugin! {
    name: "my-plugin",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: || init().map_err(|_| "init failed"),
}

fn init() -> Result<(), String> {
    Ok(())
}

fn main() {
    let _ = SCPluginRegister();
}
