//! A reference to a value can't be kept beyond the callback.

use suricata_thread::{ThreadStorage, ThreadVars};

fn value(slot: ThreadStorage<u64>, tv: &mut ThreadVars<'_>) -> &'static mut u64 {
    slot.get_mut(tv).unwrap()
}

fn main() {
    let _ = value;
}
