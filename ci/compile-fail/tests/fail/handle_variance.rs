//! A handle is invariant: one for a longer lifetime can't be used for a shorter one, nor the other way round.
//! The compiler must know its type.

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
