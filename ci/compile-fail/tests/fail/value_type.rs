//! A value must be `Send`, since it is made, used and dropped on up to three threads; and of a known type.

use std::rc::Rc;

use suricata_thread::ThreadStorage;

fn not_send() {
    let _ = ThreadStorage::<Rc<u64>>::register("slot");
}

fn unknown() {
    let storage = ThreadStorage::register("slot").unwrap();
    drop(storage);
}

fn main() {
    not_send();
    unknown();
}
