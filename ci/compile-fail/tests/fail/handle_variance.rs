//! The handle is invariant: one of a longer-lived type is no other type's, nor the other way round. The
//! type must be known.

use suricata_thread::ThreadStorage;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn as_static(slot: ThreadStorage<Any>) -> ThreadStorage<Static> {
    slot
}

fn shorten<'a>(slot: ThreadStorage<&'static str>, _: &'a str) -> ThreadStorage<&'a str> {
    slot
}

fn lengthen<'a>(slot: ThreadStorage<fn(&'a str)>, _: &'a str) -> ThreadStorage<fn(&'static str)> {
    slot
}

fn unknown() {
    let storage = ThreadStorage::register("slot").unwrap();
    drop(storage);
}

fn main() {
    let _ = (as_static, shorten, lengthen, unknown);
}
