//! The nearest neighbour: a value can't borrow: it outlives the call that stores it.

use suricata_thread_mock as _;
use suricata_thread::ThreadStorage;

fn register(_text: &'static str) {
    let _ = ThreadStorage::<&'static str>::register("slot");
}

fn main() {
    register("text");
}
