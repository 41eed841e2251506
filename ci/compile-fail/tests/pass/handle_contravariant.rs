//! The nearest neighbour: the handle is invariant: a function of any lifetime is not one of `'static`.

use suricata_thread_mock as _;
use suricata_thread::{ThreadStorage, ThreadVars};

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn as_static(slot: ThreadStorage<Any>, tv: &ThreadVars<'_>) -> Option<Static> {
    slot.get(tv).map(|function| *function as Static)
}

fn main() {
    let _ = as_static;
}
