//! Of the values of one `ThreadVars`, there are many shared references at a time, or one mutable one; and
//! a value can't be replaced or taken while it is borrowed.

use suricata_thread::{ThreadStorage, ThreadVars};

type Slot = ThreadStorage<String>;

fn two_mutable(a: Slot, b: Slot, tv: &mut ThreadVars<'_>) {
    let (a, b) = (a.get_mut(tv).unwrap(), b.get_mut(tv).unwrap());
    std::mem::swap(a, b);
}

fn inserted(a: Slot, b: Slot, tv: &mut ThreadVars<'_>) {
    let (a, b) = (a.get_or_insert_default(tv), b.get_or_insert_with(tv, String::new));
    std::mem::swap(a.unwrap(), b.unwrap());
}

fn shared_and_mutable(from: Slot, to: Slot, tv: &mut ThreadVars<'_>) {
    let from = from.get(tv).unwrap();
    to.get_mut(tv).unwrap().push_str(from);
}

fn replace(slot: Slot, tv: &mut ThreadVars<'_>) -> usize {
    let old = slot.get(tv).unwrap();
    let _ = slot.replace(tv, String::new());
    old.len()
}

fn take(slot: Slot, tv: &mut ThreadVars<'_>) -> usize {
    let old = slot.get(tv).unwrap();
    let _ = slot.take(tv);
    old.len()
}

fn main() {
    let _ = (two_mutable, inserted, shared_and_mutable, replace, take);
}
