//! A plugin that counts the packets of each thread, with `suricata-thread`.

use suricata_thread::{self as thread, SCLogNotice, ThreadStorage, flow};

thread::plugin! {
    name: "bench-packets",
    version: env!("CARGO_PKG_VERSION"),
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

#[derive(Default)]
struct State {
    packets: u64,
}

impl Drop for State {
    fn drop(&mut self) {
        SCLogNotice!("bench: {} packets", self.packets);
    }
}

fn init() -> Result<(), &'static str> {
    let storage = ThreadStorage::<State>::register("bench-packets")?;
    thread::register_init_callback(move |tv| {
        let _ = storage.get_or_insert_with(tv, State::default);
    })?;
    flow::register_update_callback(move |tv, _, _| {
        if let Some(state) = storage.get_mut(tv) {
            state.packets += 1;
        }
    })
}
