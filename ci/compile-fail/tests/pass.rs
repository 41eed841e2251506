//! Code that must compile, similar to that in `fail`.
#![forbid(unsafe_code)]

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use suricata_thread::{ThreadStorage, ThreadVars, flow};
use suricata_thread_mock as _;

suricata_thread::plugin! {
    name: "my plugin",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: {
        std::hint::black_box(std::ptr::null::<u8>());
        init
    },
}

fn init() -> Result<(), &'static str> {
    // `Send`, though not `Sync`.
    ThreadStorage::<Cell<u64>>::register("cell")?;
    let text = String::from("text");
    let calls = AtomicU64::new(0);
    suricata_thread::register_init_callback(move |tv| {
        lend(tv);
        assert_eq!(calls.fetch_add(1, Relaxed), 0);
    })?;
    let copy = text.clone();
    flow::register_init_callback(move |tv, _, _| lend(tv))?;
    flow::register_update_callback(move |_, _, _| assert_eq!(copy.len(), 4))?;
    flow::register_finish_callback(move |_, _| assert_eq!(text.len(), 4))
}

fn lend(_: &mut ThreadVars<'_>) {}

fn same(slot: ThreadStorage<fn(&'static str)>) -> ThreadStorage<fn(&'static str)> {
    slot
}

fn swap(a: ThreadStorage<u64>, b: ThreadStorage<u64>, tv: &mut ThreadVars<'_>) {
    let from_a = *a.get(tv).unwrap();
    let from_b = b.replace(tv, from_a).unwrap();
    *a.get_mut(tv).unwrap() = from_b.unwrap();
}

fn value<'t>(slot: ThreadStorage<u64>, tv: &'t mut ThreadVars<'_>) -> &'t mut u64 {
    slot.get_mut(tv).unwrap()
}

fn copy_elsewhere(slot: ThreadStorage<u64>, tv: &ThreadVars<'_>) -> Option<u64> {
    let copy = slot.get(tv).copied();
    std::thread::scope(|scope| scope.spawn(move || copy).join().unwrap())
}

fn main() {
    let _ = (PLUGIN, same, swap, value, copy_elsewhere);
}
