//! The nearest neighbour: two mutable references from one `ThreadVars` can't be alive at once.

use suricata_thread_mock as _;
use suricata_thread::{ThreadStorage, ThreadVars};

fn swap(a: ThreadStorage<u64>, b: ThreadStorage<u64>, tv: &mut ThreadVars<'_>) {
    let from_a = *a.get(tv).unwrap();
    let from_b = std::mem::replace(b.get_mut(tv).unwrap(), from_a);
    *a.get_mut(tv).unwrap() = from_b;
}

fn main() {
    let _ = swap;
}
