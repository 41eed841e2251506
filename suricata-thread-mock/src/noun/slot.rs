//! Storage slots, and what one slot of one owner holds.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::Arc;

use suricata_thread_sys::common::StorageFreeFn;
use suricata_thread_sys::v8::StorageAllocFn;

/// What names a slot's values: registered once, good for every owner.
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) size: c_uint,
    pub(crate) alloc: StorageAllocFn,
    pub(crate) free: StorageFreeFn,
    /// The plugin that registered it.
    pub(crate) plugin: Option<&'static str>,
    /// Suricata keeps this pointer, so the mock does: plugins leak the text for it.
    pub(crate) _name: NamePtr,
}

impl Slot {
    /// Whether Suricata has registered it for itself: a plugin's has a free function.
    pub(crate) fn is_hosts(&self) -> bool {
        self.free.is_none()
    }
}

/// Where the text of a name is.
pub(crate) struct NamePtr(#[allow(dead_code, reason = "kept reachable")] pub(crate) *const c_char);
// SAFETY: the pointer is never used, only kept.
unsafe impl Send for NamePtr {}
// SAFETY: as above.
unsafe impl Sync for NamePtr {}

/// How many ids a host takes at once.
pub(crate) const BLOCK: usize = 1024;

/// The slots that an owner has room for: those registered when it was created.
#[derive(Clone, Default)]
pub(crate) struct Table {
    /// The first id of each block, in the order in which the host took them.
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

    /// "`name` (id 1024)".
    pub(crate) fn named(&self, index: usize) -> String {
        format!("`{}` (id {})", self.slots[index].name, self.id(index))
    }
}

/// What one slot of one owner holds.
#[derive(Clone, Copy)]
pub(crate) struct Value {
    pub(crate) ptr: *mut c_void,
    /// The last call for this slot returned `ptr`: the plugin has it and may replace it.
    pub(crate) read: bool,
    /// Its free function is running.
    pub(crate) freeing: bool,
    /// How many free functions of the slot are running within one another: each stored the value
    /// that the next one is called for.
    pub(crate) depth: u8,
    /// The alloc function has made `ptr`.
    pub(crate) is_made: bool,
    /// The alloc function of the slot is running.
    pub(crate) is_making: bool,
}

// SAFETY: the host only keeps the pointer and passes it to the plugin's free function; that this
// may happen on another thread is what the plugin promised by storing it.
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
