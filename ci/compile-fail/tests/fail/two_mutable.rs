//! Two mutable references from one `ThreadVars` can't be alive at once.

use suricata_thread::{ThreadStorage, ThreadVars};

fn swap(a: ThreadStorage<u64>, b: ThreadStorage<u64>, tv: &mut ThreadVars<'_>) {
    let (a, b) = (a.get_mut(tv).unwrap(), b.get_mut(tv).unwrap());
    std::mem::swap(a, b);
}

fn main() {
    let _ = swap;
}
