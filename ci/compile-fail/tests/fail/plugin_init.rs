//! A plugin's init has one signature.

suricata_thread::plugin! {
    name: "my-plugin",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: init,
}

fn init() -> Result<(), String> {
    Ok(())
}

fn main() {
    let _ = SCPluginRegister();
}
