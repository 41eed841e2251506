//! The nearest neighbour: the handle is invariant: one of a longer-lived type is no other type's.

use suricata_thread_mock as _;
use suricata_thread::ThreadStorage;

fn same(slot: ThreadStorage<&'static str>, _: &str) -> ThreadStorage<&'static str> {
    slot
}

fn main() {
    let _ = same;
}
