//! A `Flow`, and a value of its storage, can't be kept beyond the callback, nor sent elsewhere.

use suricata_thread::flow::{self, Flow, FlowStorage};

fn keep(_: &'static mut Flow<'static>) {}

fn elsewhere<T: Send + Sync>(_: T) {}

fn main() {
    let _ = flow::register_init_callback(|_, flow, _| keep(flow));
    let _ = flow::register_finish_callback(|_, flow| elsewhere(flow));
}

fn twice(slot: FlowStorage<u8>, other: FlowStorage<u8>, flow: &mut Flow<'_>) {
    let (one, two) = (slot.get_mut(flow), other.get_mut(flow));
    drop((one, two));
}
