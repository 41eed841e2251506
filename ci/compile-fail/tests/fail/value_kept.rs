//! A reference to a value can't be kept beyond the callback.

use std::sync::Mutex;

use suricata_thread::{ThreadStorage, ThreadVars, register_init_callback};

fn value(slot: ThreadStorage<u64>, tv: &mut ThreadVars<'_>) -> &'static mut u64 {
    slot.get_mut(tv).unwrap()
}

fn keep(slot: ThreadStorage<String>) {
    static LAST: Mutex<Option<&'static String>> = Mutex::new(None);
    let _ = register_init_callback(move |tv| *LAST.lock().unwrap() = slot.get(tv));
}

fn main() {
    let _ = (value, keep);
}
