//! The nearest neighbour: a value must be `Send`: it is made, used and dropped on up to three threads.

use suricata_thread_mock as _;
use std::cell::Cell;
use suricata_thread::ThreadStorage;

fn main() {
    // `Send`, though not `Sync`.
    let _ = ThreadStorage::<Cell<u64>>::register("slot");
}
