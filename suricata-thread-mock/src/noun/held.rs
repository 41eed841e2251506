//! Which slots hold which pointer.

use std::collections::HashMap;
use std::ffi::c_void;

/// Which slots hold a pointer, over all threads of a host: to free it once.
#[derive(Default)]
pub(crate) struct Held(HashMap<usize, Vec<Holder>>);

/// A slot of a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) token: usize,
    pub(crate) index: usize,
}

/// Whether two slots may hold the same pointer: none, a number, or a dangling one, as Rust has them
/// for values of no size. It is as large as an alignment.
fn may_be_shared(ptr: *mut c_void) -> bool {
    ptr.addr() < 65536 || ptr.addr().is_power_of_two()
}

impl Held {
    /// Notes a holder; returns the first of those that hold the pointer too.
    pub(crate) fn add(&mut self, ptr: *mut c_void, holder: Holder) -> Option<Holder> {
        if may_be_shared(ptr) {
            return None;
        }
        let holders = self.0.entry(ptr.addr()).or_default();
        let other = holders.first().copied();
        holders.push(holder);
        other
    }

    /// Takes a holder away; returns whether no other is left.
    pub(crate) fn remove(&mut self, ptr: *mut c_void, holder: Holder) -> bool {
        let Some(holders) = self.0.get_mut(&ptr.addr()) else {
            return true;
        };
        holders.retain(|other| *other != holder);
        if !holders.is_empty() {
            return false;
        }
        self.0.remove(&ptr.addr());
        true
    }
}
