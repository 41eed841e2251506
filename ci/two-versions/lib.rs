suricata_thread::plugin! { name: "two-versions", version: "1", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    old::register_init_callback(|_| {})
}
