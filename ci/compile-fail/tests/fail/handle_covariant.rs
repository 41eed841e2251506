//! The handle is invariant: one of a longer-lived type is no other type's.

use suricata_thread::ThreadStorage;

fn shorten<'a>(slot: ThreadStorage<&'static str>, _: &'a str) -> ThreadStorage<&'a str> {
    slot
}

fn main() {
    let _ = shorten;
}
