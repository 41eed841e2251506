//! The nearest neighbour: a value can't be replaced while it is borrowed.

use suricata_thread_mock as _;
use suricata_thread::{ThreadStorage, ThreadVars};

fn replace(slot: ThreadStorage<String>, tv: &mut ThreadVars<'_>) -> usize {
    let old = slot.get(tv).unwrap().len();
    let _ = slot.replace(tv, String::new());
    old
}

fn main() {
    let _ = replace;
}
