//! A callback must be `Sync`: many threads call it.

use std::cell::Cell;

use suricata_thread::{flow, register_init_callback};

fn main() {
    // Of several types, since the compiler speaks of each once.
    let (a, b, c, d) = (Cell::new(1_u8), Cell::new(1_u16), Cell::new(1_u32), Cell::new(1_u64));
    let _ = register_init_callback(move |_| a.set(1));
    let _ = flow::register_init_callback(move |_, _, _| b.set(1));
    let _ = flow::register_update_callback(move |_, _, _| c.set(1));
    let _ = flow::register_finish_callback(move |_, _| d.set(1));
}
