//! A shared and a mutable reference from one `ThreadVars` can't be alive at once.

use suricata_thread::{ThreadStorage, ThreadVars};

fn add(from: ThreadStorage<u64>, to: ThreadStorage<u64>, tv: &mut ThreadVars<'_>) {
    let from = from.get(tv).unwrap();
    let to = to.get_mut(tv).unwrap();
    *to += *from;
}

fn main() {
    let _ = add;
}
