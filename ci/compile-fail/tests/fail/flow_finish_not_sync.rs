//! A flow finish callback must be `Sync`: many threads call it.

use std::cell::Cell;

fn main() {
    let calls = Cell::new(0);
    let _ = suricata_thread::flow::register_finish_callback(move |_, _| calls.set(calls.get() + 1));
}
