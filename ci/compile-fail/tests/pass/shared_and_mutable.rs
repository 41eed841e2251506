//! The nearest neighbour: a shared and a mutable reference from one `ThreadVars` can't be alive at once.

use suricata_thread_mock as _;
use suricata_thread::{ThreadStorage, ThreadVars};

fn sum(a: ThreadStorage<u64>, b: ThreadStorage<u64>, tv: &ThreadVars<'_>) -> u64 {
    let (a, b) = (a.get(tv).unwrap(), b.get(tv).unwrap());
    *a + *b
}

fn main() {
    let _ = sum;
}
