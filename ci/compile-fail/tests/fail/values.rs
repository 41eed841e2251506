//! A value can't borrow, since it outlives the call that stores it. A reference to it can't outlive the callback. The
//! values of a `ThreadVars` or `Flow` have many shared references at a time, or one mutable one. A borrowed value can't
//! be replaced or taken.

use std::sync::Mutex;

use suricata_thread::flow::{Flow, FlowStorage};
use suricata_thread::{ThreadStorage, ThreadVars, register_init_callback};

type Slot = ThreadStorage<String>;

fn borrow<'a>(_text: &'a str) {
    let _ = ThreadStorage::<&'a str>::register("slot");
}

fn kept(slot: ThreadStorage<u64>, tv: &mut ThreadVars<'_>) -> &'static mut u64 {
    slot.get_mut(tv).unwrap()
}

fn keep(slot: Slot) {
    static LAST: Mutex<Option<&'static String>> = Mutex::new(None);
    let _ = register_init_callback(move |tv| *LAST.lock().unwrap() = slot.get(tv));
}

fn two_mutable(a: Slot, b: Slot, tv: &mut ThreadVars<'_>) {
    let (a, b) = (a.get_mut(tv).unwrap(), b.get_mut(tv).unwrap());
    std::mem::swap(a, b);
}

fn two_of_a_flow(a: FlowStorage<u8>, b: FlowStorage<u8>, flow: &mut Flow<'_>) {
    let (a, b) = (a.get_mut(flow), b.get_mut(flow));
    drop((a, b));
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
    let _ = (borrow, kept, keep, two_mutable, two_of_a_flow, inserted, shared_and_mutable, replace, take);
}
