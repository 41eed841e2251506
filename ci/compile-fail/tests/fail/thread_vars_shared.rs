//! A `ThreadVars` can't be shared with another thread.

use suricata_thread::{ThreadStorage, ThreadVars};

fn read_elsewhere(slot: ThreadStorage<u64>, tv: &ThreadVars<'_>) -> Option<u64> {
    std::thread::scope(|scope| scope.spawn(|| slot.get(tv).copied()).join().unwrap())
}

fn main() {
    let _ = read_elsewhere;
}
