//! A value can't borrow: it outlives the call that stores it.

use suricata_thread::ThreadStorage;

fn register<'a>(_text: &'a str) {
    let _ = ThreadStorage::<&'a str>::register("slot");
}

fn main() {
    register("text");
}
