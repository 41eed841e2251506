//! A callback can't change what it has captured: many threads call it.

use suricata_thread::{flow, register_init_callback};

fn main() {
    let mut calls = 0;
    let _ = register_init_callback(move |_| calls += 1);
    let _ = flow::register_init_callback(move |_, _, _| calls += 1);
    let _ = flow::register_update_callback(move |_, _, _| calls += 1);
    let _ = flow::register_finish_callback(move |_, _| calls += 1);
}
