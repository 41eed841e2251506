use suricata_thread::{SCLogNotice, ThreadStorage, flow, log_limited, plugin};

plugin! { name: "minimal", version: "0.1.0", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    let flows = ThreadStorage::register("minimal")?;
    flow::register_init_callback(move |tv, _flow, _packet| {
        match flows.get_or_insert_with(tv, || Flows(0)) {
            Ok(flows) => flows.0 += 1,
            Err(error) => log_limited!(Error, "minimal: a flow is not counted: {error}"),
        }
    })
}

struct Flows(u64);

impl Drop for Flows {
    fn drop(&mut self) {
        SCLogNotice!("minimal: a thread saw {} flows", self.0);
    }
}
