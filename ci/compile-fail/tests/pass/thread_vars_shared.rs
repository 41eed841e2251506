//! The nearest neighbour: a `ThreadVars` can't be shared with another thread.

use suricata_thread_mock as _;
use suricata_thread::{ThreadStorage, ThreadVars};

fn read_elsewhere(slot: ThreadStorage<u64>, tv: &ThreadVars<'_>) -> Option<u64> {
    let value = slot.get(tv);
    std::thread::scope(|scope| scope.spawn(|| value.copied()).join().unwrap())
}

fn main() {
    let _ = read_elsewhere;
}
