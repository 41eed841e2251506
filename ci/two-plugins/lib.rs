//! A second plugin in one file, and a second version of suricata-thread.

suricata_thread::plugin! { name: "two-plugins", version: "1", author: "You", license: "MIT", init: init }

/// Links the other plugin.
pub static OTHER: suricata_thread::sys::common::Plugin = minimal::PLUGIN;

fn init() -> Result<(), &'static str> {
    old::register_init_callback(|_| {})
}
