//! The nearest neighbour: a thread init callback must be `Sync`: many threads call it.

use suricata_thread_mock as _;
use std::sync::atomic::{AtomicU64, Ordering};

fn main() {
    let calls = AtomicU64::new(0);
    let _ = suricata_thread::register_init_callback(move |_| {
        calls.fetch_add(1, Ordering::Relaxed);
    });
}
