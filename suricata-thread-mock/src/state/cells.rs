//! The slot values of one owner: a thread or a flow.

use std::ffi::c_void;

use parking_lot::Mutex;

use crate::noun::held::{self, Held, Holder};
use crate::noun::slot::{Table, Value};
use crate::noun::words;

/// More nested free functions of a slot count as endless.
const DEPTH: u8 = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Thread,
    Flow,
}

impl Owner {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Flow => "flow",
        }
    }
}

pub(crate) struct Cells {
    pub(crate) owner: Owner,
    pub(crate) token: usize,
    pub(crate) name: &'static str,
    pub(crate) table: Table,
    values: Mutex<Vec<Value>>,
}

pub(crate) enum ToFree {
    Nothing,
    /// Freeing would not end, for this reason.
    Endless(*mut c_void, &'static str),
    /// Free the value, unless another slot holds it, and call [`Cells::end_free`].
    Value(*mut c_void, Option<Holder>),
}

impl Cells {
    pub(crate) fn of_thread(token: usize, name: &str, table: Table) -> Self {
        Self::new(Owner::Thread, token, words::intern(name), table)
    }

    pub(crate) fn of_flow(token: usize, table: Table) -> Self {
        Self::new(Owner::Flow, token, "", table)
    }

    fn new(owner: Owner, token: usize, name: &'static str, table: Table) -> Self {
        Self {
            owner,
            token,
            name,
            values: Mutex::new(vec![Value::default(); table.slots.len()]),
            table,
        }
    }

    pub(crate) fn holder(&self, index: usize) -> Holder {
        Holder {
            token: self.token,
            index,
        }
    }

    /// Returns the value; this is no call of the plugin.
    pub(crate) fn peek(&self, index: usize) -> *mut c_void {
        self.values.lock()[index].ptr
    }

    /// Returns the value, which the plugin may now replace.
    #[inline]
    pub(crate) fn read(&self, index: usize) -> *mut c_void {
        let mut values = self.values.lock();
        let value = &mut values[index];
        value.read = !value.ptr.is_null();
        value.ptr
    }

    /// Stores a value, and returns the old one if it is lost, since nobody read it.
    pub(crate) fn store(
        &self,
        index: usize,
        ptr: *mut c_void,
        is_made: bool,
        holdings: &Holdings,
    ) -> Option<*mut c_void> {
        let old = {
            let mut values = self.values.lock();
            let value = &mut values[index];
            let old = *value;
            value.ptr = ptr;
            value.read = false;
            value.freeing = false;
            // While a value is being freed, its address may be that of a new one.
            let is_same = old.ptr == ptr && !old.freeing;
            value.is_made = is_made || is_same && old.is_made;
            if is_same {
                return None;
            }
            old
        };
        holdings.replace(old.ptr, ptr, self.holder(index));
        let is_lost = !old.ptr.is_null() && !old.read && !old.freeing;
        is_lost.then_some(old.ptr)
    }

    pub(crate) fn was_set(&self, index: usize) -> bool {
        let value = self.values.lock()[index];
        !value.ptr.is_null() && !value.is_made
    }

    pub(crate) fn set_making(&self, index: usize, is_making: bool) -> bool {
        std::mem::replace(&mut self.values.lock()[index].is_making, is_making)
    }

    pub(crate) fn begin_free(&self, index: usize, holdings: &Holdings) -> ToFree {
        let ptr = {
            let mut values = self.values.lock();
            let value = &mut values[index];
            if value.ptr.is_null() {
                return ToFree::Nothing;
            }
            if value.freeing {
                return ToFree::Endless(value.ptr, "its own free function frees the slot again");
            }
            if value.depth == DEPTH {
                let reason =
                    "free functions of the slot store a value and free that, again and again";
                return ToFree::Endless(value.ptr, reason);
            }
            value.freeing = true;
            value.depth += 1;
            value.ptr
        };
        ToFree::Value(ptr, holdings.remove(ptr, self.holder(index)))
    }

    /// Empties the slot, and returns a value that the free function stored.
    pub(crate) fn end_free(&self, index: usize, holdings: &Holdings) -> Option<*mut c_void> {
        let value = {
            let mut values = self.values.lock();
            let value = values[index];
            values[index] = Value {
                depth: value.depth - 1,
                is_making: value.is_making,
                ..Value::default()
            };
            value
        };
        if value.freeing || value.ptr.is_null() {
            return None;
        }
        holdings.remove(value.ptr, self.holder(index));
        Some(value.ptr)
    }

    pub(crate) fn full(&self) -> Vec<(usize, Value)> {
        let values = self.values.lock();
        let all = values.iter().copied().enumerate();
        all.filter(|(_, value)| !value.ptr.is_null()).collect()
    }
}

/// The slots that hold each value of a host.
pub(crate) struct Holdings {
    held: Mutex<Held>,
    /// Slots may share values, so nothing is noted.
    shared: bool,
}

impl Holdings {
    pub(crate) fn new(shared: bool) -> Self {
        Self {
            held: Mutex::default(),
            shared,
        }
    }

    fn replace(&self, old: *mut c_void, new: *mut c_void, holder: Holder) {
        if !self.shared {
            let mut held = self.held.lock();
            held.remove(old, holder);
            held.add(new, holder);
        }
    }

    fn remove(&self, ptr: *mut c_void, holder: Holder) -> Option<Holder> {
        let other = (!self.shared).then(|| self.held.lock().remove(ptr, holder))?;
        other.filter(|_| held::may_be_memory(ptr))
    }
}
