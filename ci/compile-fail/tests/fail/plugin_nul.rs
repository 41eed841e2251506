//! Text with a NUL in it is no name of a plugin.

suricata_thread::plugin! {
    name: "my\0plugin",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: init,
}

fn init() -> Result<(), &'static str> {
    Ok(())
}

fn main() {
    let _ = PLUGIN;
}
