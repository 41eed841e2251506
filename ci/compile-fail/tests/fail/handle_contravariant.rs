//! The handle is invariant: a function of any lifetime is not one of `'static`.

use suricata_thread::ThreadStorage;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn as_static(slot: ThreadStorage<Any>) -> ThreadStorage<Static> {
    slot
}

fn main() {
    let _ = as_static;
}
