//! Counts the flows from ports below 1024: suricata-thread, with the `Flow` of suricata-ffi.

use suricata_ffi::flow::Flow;
use suricata_thread::{SCLogError, SCLogNotice, ThreadStorage, flow, plugin};

plugin! { name: "counter", version: "0.1.0", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    let flows = ThreadStorage::<Flows>::register("counter: flows")?;
    flow::register_init_callback(move |tv, flow, _packet| {
        // SAFETY: the host's flow, not null, and used by nobody else until the callback returns.
        let flow = unsafe { Flow::from_ptr(flow.cast()) };
        if flow.source_port() >= 1024 {
            return;
        }
        match flows.get_or_insert_default(tv) {
            Ok(flows) => flows.0 += 1,
            Err(error) => SCLogError!("counter: a flow is not counted: {error}"),
        }
    })
}

#[derive(Default)]
struct Flows(u64);

impl Drop for Flows {
    fn drop(&mut self) {
        SCLogNotice!("counter: {} flows from low ports", self.0);
    }
}
