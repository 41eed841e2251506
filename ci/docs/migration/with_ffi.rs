//! Adds the number of flows of its thread to each EVE record, with suricata-ffi.

use suricata_ffi::eve;
use suricata_thread::{ThreadStorage, ThreadVars, flow, log_limited, plugin};

plugin! { name: "eve-flows", version: "0.1.0", author: "You", license: "GPL-2.0-only", init: init }

fn init() -> Result<(), &'static str> {
    let flows = ThreadStorage::<u64>::register("eve-flows")?;
    flow::register_init_callback(move |tv, _flow, _packet| {
        match flows.get_or_insert_default(tv) {
            Ok(flows) => *flows += 1,
            Err(error) => log_limited!(Error, "eve-flows: a flow is not counted: {error}"),
        }
    })?;
    eve::register_callback(move |tv, _packet, _flow, record| {
        if tv.as_ptr().is_null() {
            return Ok(());
        }
        // SAFETY: not null, so the host passes the calling thread's own, and nothing else uses its
        // storage until this returns.
        let tv = unsafe { ThreadVars::from_ptr(tv.as_ptr().cast_mut().cast()) };
        record.set_uint("thread_flows", flows.get(&tv).copied().unwrap_or_default())?;
        Ok(())
    })
}
