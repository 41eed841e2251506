//! The nearest neighbour: a flow finish callback must be `Sync`: many threads call it.

use suricata_thread_mock as _;
use std::sync::atomic::{AtomicU64, Ordering};

fn main() {
    let calls = AtomicU64::new(0);
    let _ = suricata_thread::flow::register_finish_callback(move |_, _| {
        calls.fetch_add(1, Ordering::Relaxed);
    });
}
