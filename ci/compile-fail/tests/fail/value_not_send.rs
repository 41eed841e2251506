//! A value must be `Send`: it is made, used and dropped on up to three threads.

use std::rc::Rc;
use suricata_thread::ThreadStorage;

fn main() {
    let _ = ThreadStorage::<Rc<u64>>::register("slot");
}
