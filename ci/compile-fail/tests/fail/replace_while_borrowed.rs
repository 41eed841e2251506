//! A value can't be replaced while it is borrowed.

use suricata_thread::{ThreadStorage, ThreadVars};

fn replace(slot: ThreadStorage<String>, tv: &mut ThreadVars<'_>) -> usize {
    let old = slot.get(tv).unwrap();
    let _ = slot.replace(tv, String::new());
    old.len()
}

fn main() {
    let _ = replace;
}
