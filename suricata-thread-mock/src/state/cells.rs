//! What the slots of one owner hold, whoever that is: a thread or a flow.

use std::ffi::c_void;

use parking_lot::Mutex;

use crate::noun::held::{Held, Holder};
use crate::noun::slot::{Table, Value};
use crate::noun::words;

/// How many free functions of a slot may run within one another, before they are taken for
/// endless.
const DEPTH: u8 = 16;

/// The slots of one owner.
pub(crate) struct Cells {
    /// The owner: its pointer, and its name in reports.
    pub(crate) token: usize,
    pub(crate) name: &'static str,
    pub(crate) table: Table,
    values: Mutex<Vec<Value>>,
}

/// What became of the value that a slot held.
pub(crate) struct Stored {
    /// It is lost: nobody had read it.
    pub(crate) lost: Option<*mut c_void>,
    /// Another slot holds the new value too.
    pub(crate) other: Option<Holder>,
}

/// What there is to free.
pub(crate) enum ToFree {
    Nothing,
    /// It would go on for ever, for this reason.
    Endless(*mut c_void, &'static str),
    /// The free function is to be called, if the flag says so, and [`Cells::end_free`] after it.
    Value(*mut c_void, bool),
}

impl Cells {
    pub(crate) fn new(token: usize, name: &str, table: Table) -> Self {
        Self {
            token,
            name: words::intern(name),
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

    /// What a slot holds; not counted as a call of the plugin.
    pub(crate) fn peek(&self, index: usize) -> *mut c_void {
        self.values.lock()[index].ptr
    }

    /// What a plugin reads of a slot, and may replace now.
    pub(crate) fn read(&self, index: usize) -> *mut c_void {
        let mut values = self.values.lock();
        let value = &mut values[index];
        value.read = !value.ptr.is_null();
        value.ptr
    }

    pub(crate) fn store(&self, index: usize, ptr: *mut c_void, holdings: &Holdings) -> Stored {
        let old = {
            let mut values = self.values.lock();
            let value = &mut values[index];
            let old = *value;
            value.ptr = ptr;
            value.read = false;
            value.freeing = false;
            old
        };
        // While the old value is freed, one at the same address may be a new one.
        if old.ptr == ptr && !old.freeing {
            return Stored {
                lost: None,
                other: None,
            };
        }
        let is_lost = !old.ptr.is_null() && !old.read && !old.freeing;
        Stored {
            lost: is_lost.then_some(old.ptr),
            other: holdings.replace(old.ptr, ptr, self.holder(index)),
        }
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
                let what =
                    "free functions of the slot store a value and free that, again and again";
                return ToFree::Endless(value.ptr, what);
            }
            value.freeing = true;
            value.depth += 1;
            value.ptr
        };
        ToFree::Value(ptr, holdings.remove(ptr, self.holder(index)))
    }

    /// Empties a slot whose value was freed; returns what the free function stored in it.
    pub(crate) fn end_free(&self, index: usize, holdings: &Holdings) -> Option<*mut c_void> {
        let value = {
            let mut values = self.values.lock();
            let value = values[index];
            values[index] = Value {
                depth: value.depth - 1,
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

    /// The slots that are not empty, with what they hold.
    pub(crate) fn full(&self) -> Vec<(usize, Value)> {
        let values = self.values.lock();
        let all = values.iter().copied().enumerate();
        all.filter(|(_, value)| !value.ptr.is_null()).collect()
    }
}

/// Which slots hold a value, over all owners of a host.
pub(crate) struct Holdings {
    held: Mutex<Held>,
    /// Whether values may be in several slots; nothing is noted then.
    shared: bool,
}

impl Holdings {
    pub(crate) fn new(shared: bool) -> Self {
        Self {
            held: Mutex::default(),
            shared,
        }
    }

    /// A slot holds `new` in place of `old`; returns another slot that holds it too.
    fn replace(&self, old: *mut c_void, new: *mut c_void, holder: Holder) -> Option<Holder> {
        if self.shared {
            return None;
        }
        let mut held = self.held.lock();
        held.remove(old, holder);
        held.add(new, holder)
    }

    /// A slot lets go of a value; returns whether the value is to be freed.
    fn remove(&self, ptr: *mut c_void, holder: Holder) -> bool {
        self.shared || self.held.lock().remove(ptr, holder)
    }
}
