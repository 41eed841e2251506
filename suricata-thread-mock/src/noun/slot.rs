//! Storage slots, and their values.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::Arc;

use suricata_thread_sys::common::StorageFreeFn;
use suricata_thread_sys::v8::StorageAllocFn;

pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) size: c_uint,
    pub(crate) alloc: StorageAllocFn,
    pub(crate) free: StorageFreeFn,
    pub(crate) plugin: Option<&'static str>,
    /// Keeps the text reachable, as Suricata does: plugins leak it.
    pub(crate) _name: NamePtr,
}

impl Slot {
    /// Returns `true` for Suricata's own slots, which have no free function.
    pub(crate) fn is_suricatas(&self) -> bool {
        self.free.is_none()
    }
}

pub(crate) struct NamePtr(#[allow(dead_code, reason = "kept reachable")] pub(crate) *const c_char);
// SAFETY: the pointer is only kept.
unsafe impl Send for NamePtr {}
// SAFETY: as above.
unsafe impl Sync for NamePtr {}

/// The number of ids that a host reserves at once.
pub(crate) const BLOCK: usize = 1024;

/// The slots registered when their owner was created.
#[derive(Clone, Default)]
pub(crate) struct Table {
    /// The first ids of the host's blocks, in the order of reservation.
    pub(crate) blocks: Arc<Vec<c_int>>,
    pub(crate) slots: Arc<Vec<Arc<Slot>>>,
}

impl Table {
    pub(crate) fn index(&self, id: c_int) -> Option<usize> {
        let in_block = |(at, first): (usize, &c_int)| {
            let offset = usize::try_from(id.checked_sub(*first)?).ok()?;
            (offset < BLOCK).then_some(at * BLOCK + offset)
        };
        let index = self.blocks.iter().enumerate().find_map(in_block)?;
        (index < self.slots.len()).then_some(index)
    }

    pub(crate) fn id(&self, index: usize) -> c_int {
        self.blocks[index / BLOCK] + (index % BLOCK) as c_int
    }

    pub(crate) fn named(&self, index: usize) -> String {
        format!("`{}` (id {})", self.slots[index].name, self.id(index))
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Value {
    pub(crate) ptr: *mut c_void,
    /// The last call for this slot returned `ptr`, so the plugin may replace it.
    pub(crate) read: bool,
    pub(crate) freeing: bool,
    /// The number of nested calls of the slot's free function.
    pub(crate) depth: u8,
    pub(crate) is_made: bool,
    pub(crate) is_making: bool,
}

// SAFETY: the host only keeps the pointer and passes it to the plugin's free function. By storing
// it, the plugin promised that this may happen on another thread.
unsafe impl Send for Value {}

impl Default for Value {
    fn default() -> Self {
        Self {
            ptr: std::ptr::null_mut(),
            read: false,
            freeing: false,
            depth: 0,
            is_made: false,
            is_making: false,
        }
    }
}
