//! A plugin that logs how each flow ends, when its storage is freed.

use suricata_thread::flow::{self, FlowStorage};
use suricata_thread::{SCLogError, SCLogNotice, plugin};

plugin! { name: "flow-ends", version: "1", author: "You", license: "MIT", init: init }

#[derive(Default)]
struct Seen {
    packets: u64,
    /// The last properties of the flow: flags of the directions, seconds, ports.
    properties: (u64, Option<u64>, u16, u16),
    is_finished: bool,
}

impl Drop for Seen {
    fn drop(&mut self) {
        let thread = std::fs::read_to_string("/proc/thread-self/comm").unwrap_or_default();
        let end = if self.is_finished {
            "finished"
        } else {
            "retired"
        };
        SCLogNotice!(
            "flow-ends: {} packets, {:?}, {end} on {}",
            self.packets,
            self.properties,
            thread.trim_end()
        );
    }
}

fn init() -> Result<(), &'static str> {
    let storage = FlowStorage::<Seen>::register("flow-ends")?;
    flow::register_init_callback(move |_, flow, _| {
        if storage.contains(flow) {
            SCLogError!("flow-ends: a new flow has a value");
        }
        if let Err(error) = storage.replace(flow, Seen::default()) {
            SCLogError!("flow-ends: {error}");
        }
    })?;
    flow::register_update_callback(move |_, flow, _| {
        let seconds = flow.last_time().map(|time| time.as_secs());
        let (source, destination) = (flow.source_port(), flow.destination_port());
        let properties = (flow.flags() & 3, seconds, source, destination);
        match storage.get_mut(flow) {
            Some(seen) => (seen.packets, seen.properties) = (seen.packets + 1, properties),
            None => SCLogError!("flow-ends: a flow has no value"),
        }
    })?;
    flow::register_finish_callback(move |_, flow| {
        if let Some(seen) = storage.get_mut(flow) {
            seen.is_finished = true;
        }
    })
}
