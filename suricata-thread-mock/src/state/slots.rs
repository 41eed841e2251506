//! The storage slots of a host.
//!
//! Each id is given out once in a process: if a `static` keeps it, another host finds nothing,
//! rather than a value of another type.

use std::collections::{HashMap, HashSet};
use std::ffi::c_int;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use parking_lot::{Mutex, RwLock};

use crate::noun::fault::Countdown;
use crate::noun::slot::{BLOCK, Slot, Table};

/// Skips the first block, since unassigned ids are often 0.
static NEXT: AtomicI32 = AtomicI32::new(BLOCK as c_int);
static LIVE_BLOCKS: LazyLock<RwLock<HashSet<c_int>>> = LazyLock::new(RwLock::default);

#[derive(Default)]
pub(crate) struct Slots {
    registry: Mutex<Registry>,
    finalized: AtomicBool,
}

#[derive(Default)]
struct Registry {
    table: Table,
    names: HashSet<Vec<u8>>,
    /// Ids and current names of slots, by the name's address.
    kept: HashMap<usize, (c_int, Vec<u8>)>,
}

/// Never freed, since reports name slots of other hosts, too.
static ALL: LazyLock<RwLock<HashMap<c_int, Arc<Slot>>>> = LazyLock::new(RwLock::default);

/// Returns "`name` (id 1024)", or "with id 7" if there is no such slot.
pub(crate) fn named(id: c_int) -> String {
    match ALL.read().get(&id) {
        Some(slot) => format!("`{}` (id {id})", slot.name),
        None => format!("with id {id}"),
    }
}

impl Slots {
    pub(crate) fn is_finalized(&self) -> bool {
        self.finalized.load(Ordering::Acquire)
    }

    pub(crate) fn finalize(&self) {
        self.finalized.store(true, Ordering::Release);
    }

    pub(crate) fn table(&self) -> Table {
        self.registry.lock().table.clone()
    }

    pub(crate) fn reset(&self, open: bool) {
        self.end();
        self.finalized.store(!open, Ordering::Release);
    }

    pub(crate) fn end(&self) {
        let registry = std::mem::take(&mut *self.registry.lock());
        let mut live = LIVE_BLOCKS.write();
        for first in &*registry.table.blocks {
            live.remove(first);
        }
    }

    /// Adds a slot whose name is at `address`.
    pub(crate) fn add(
        &self,
        address: usize,
        name: &[u8],
        slot: Slot,
        fault: &Countdown,
    ) -> Result<c_int, Refused> {
        let mut guard = self.registry.lock();
        let registry = &mut *guard;
        if let Some((slot, text)) = registry.kept.get_mut(&address) {
            if text != name {
                registry.names.remove(text);
                registry.names.insert(name.to_vec());
                *text = name.to_vec();
                let changed = Some(named(*slot));
                return Err(Refused::Name { changed });
            }
        }
        if registry.names.contains(name) {
            return Err(Refused::Name { changed: None });
        }
        if fault.hit() {
            return Err(Refused::Memory);
        }
        let index = registry.table.slots.len();
        if index == registry.table.blocks.len() * BLOCK {
            let first = take_block().ok_or(Refused::Full)?;
            Arc::make_mut(&mut registry.table.blocks).push(first);
        }
        let id = registry.table.id(index);
        registry.names.insert(name.to_vec());
        registry.kept.insert(address, (id, name.to_vec()));
        let slot = Arc::new(slot);
        ALL.write().insert(id, Arc::clone(&slot));
        Arc::make_mut(&mut registry.table.slots).push(slot);
        Ok(id)
    }

    /// Returns a description of the id, and `true` if another host gave it out.
    pub(crate) fn origin(&self, id: c_int) -> (&'static str, bool) {
        if id < 0 {
            return ("the result of a refused registration", false);
        }
        let table = self.table();
        if let Some(index) = table.index(id) {
            let text = if table.slots[index].is_suricatas() {
                "a slot of Suricata's own"
            } else {
                "a slot registered later, for which there is no room"
            };
            return (text, false);
        }
        let first = id - id % BLOCK as c_int;
        let given_out = BLOCK as c_int..NEXT.load(Ordering::Relaxed);
        if table.blocks.contains(&first) || !given_out.contains(&first) {
            return ("never registered", false);
        }
        if LIVE_BLOCKS.read().contains(&first) {
            return ("an id of another host", true);
        }
        ("an id of a host that has ended", true)
    }
}

pub(crate) enum Refused {
    /// `changed` names a slot that had another name at the address.
    Name {
        changed: Option<String>,
    },
    Memory,
    Full,
}

fn take_block() -> Option<c_int> {
    let first = NEXT
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |first| {
            first.checked_add(BLOCK as c_int)
        })
        .ok()?;
    LIVE_BLOCKS.write().insert(first);
    Some(first)
}

#[cfg(test)]
pub(crate) fn exhaust() {
    NEXT.store(c_int::MAX, Ordering::Relaxed);
}
