//! A plugin's init returns a `Result`.

suricata_thread::plugin! {
    name: "my-plugin",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: init,
}

fn init() -> Option<()> {
    Some(())
}

fn main() {
    let _ = PLUGIN;
}
