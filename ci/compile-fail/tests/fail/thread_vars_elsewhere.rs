//! A `ThreadVars` can't be sent to another thread, nor shared with one.

use suricata_thread::{ThreadStorage, ThreadVars};

fn send(tv: &mut ThreadVars<'_>) {
    std::thread::scope(|scope| {
        scope.spawn(move || tv.as_ptr().is_null());
    });
}

fn share(slot: ThreadStorage<u64>, tv: &ThreadVars<'_>) -> Option<u64> {
    std::thread::scope(|scope| scope.spawn(|| slot.get(tv).copied()).join().unwrap())
}

fn main() {
    let _ = (send, share);
}
