//! The nearest neighbour: a reference to a value can't be kept beyond the callback.

use suricata_thread_mock as _;
use suricata_thread::{ThreadStorage, ThreadVars};

fn value<'t>(slot: ThreadStorage<u64>, tv: &'t mut ThreadVars<'_>) -> &'t mut u64 {
    slot.get_mut(tv).unwrap()
}

fn main() {
    let _ = value;
}
