//! The storage slots of a host: registering them, and which ids are whose.
//!
//! Every host has ids of its own, never given out again in the life of the process: code under
//! test may keep a handle in a `static` and use it in a second host, where it must find nothing
//! rather than another slot's value of another type.

use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use parking_lot::{Mutex, RwLock};
use suricata_thread_sys::common::{SCLogLevel, StorageFreeFn};
use suricata_thread_sys::v8::StorageAllocFn;

use crate::c_api::Function;
use crate::callbacks::Registering;
use crate::context;
use crate::report::ReportKind;
use crate::shared::Shared;

/// How many slots a host can have.
pub(crate) const BLOCK: c_int = 1024;

/// The first block is left out: an id that was never assigned is often 0.
static NEXT_BLOCK: AtomicI32 = AtomicI32::new(1);
static LIVE_BLOCKS: LazyLock<RwLock<HashSet<c_int>>> = LazyLock::new(RwLock::default);

/// What names a slot's values: registered once, good for every thread.
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) size: c_uint,
    pub(crate) alloc: StorageAllocFn,
    pub(crate) free: StorageFreeFn,
    /// Suricata keeps this pointer, so the mock does: plugins leak the text for it.
    _name: NamePtr,
}

struct NamePtr(#[allow(dead_code, reason = "kept reachable")] *const c_char);
// SAFETY: the pointer is never used, only kept.
unsafe impl Send for NamePtr {}
// SAFETY: as above.
unsafe impl Sync for NamePtr {}

/// The slots that a thread has room for: those registered when it was created.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) base: c_int,
    pub(crate) slots: Arc<Vec<Arc<Slot>>>,
}

impl Table {
    pub(crate) fn index(&self, id: c_int) -> Option<usize> {
        let index = usize::try_from(id.checked_sub(self.base)?).ok()?;
        (index < self.slots.len()).then_some(index)
    }
}

#[derive(Default)]
pub(crate) struct Slots {
    registry: Mutex<Registry>,
    finalized: AtomicBool,
}

#[derive(Default)]
struct Registry {
    /// First id, once there is a slot.
    base: Option<c_int>,
    slots: Arc<Vec<Arc<Slot>>>,
    names: HashSet<Vec<u8>>,
    /// The number of the slot whose name is at an address, and what was there last.
    kept: HashMap<usize, (c_int, Vec<u8>)>,
}

/// Every slot that any host of this process has been given, by id: what was registered is kept for
/// the life of the process, and reports name the slots of other hosts too.
static ALL: LazyLock<RwLock<HashMap<c_int, Arc<Slot>>>> = LazyLock::new(RwLock::default);

/// "`name` (id 1024)", or "with id 7" where no slot of that id ever was.
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
        let registry = self.registry.lock();
        Table {
            base: registry.base.unwrap_or(0),
            slots: Arc::clone(&registry.slots),
        }
    }

    /// Forgets every slot; `open` says whether new ones can be registered.
    pub(crate) fn reset(&self, open: bool) {
        self.end();
        self.finalized.store(!open, Ordering::Release);
    }

    /// The slots are gone.
    pub(crate) fn end(&self) {
        let registry = std::mem::take(&mut *self.registry.lock());
        if let Some(base) = registry.base {
            LIVE_BLOCKS.write().remove(&(base / BLOCK));
        }
    }
}

/// What 8.0 wants to know of a slot beyond its name and free function.
pub(crate) struct Allocation {
    pub(crate) size: c_uint,
    pub(crate) alloc: StorageAllocFn,
}

/// `SCThreadStorageRegister` and `ThreadStorageRegister`.
///
/// # Safety
/// `name` is NULL or a C string.
pub(crate) unsafe fn register(
    function: Function,
    name: *const c_char,
    allocation: Option<Allocation>,
    free: StorageFreeFn,
) -> c_int {
    let call = function.name;
    let Some(host) = context::host_for(call).filter(|host| !host.lacks(function)) else {
        return -1;
    };
    let in_callback = "refuse it too, since registration has closed when threads are created";
    // SAFETY: not NULL, so a C string by the caller's promise.
    let text = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) });
    let what = match text {
        None => "a slot without a name".to_owned(),
        Some(text) => format!("slot {text:?}"),
    };
    let Some(_registering) = Registering::begin(&host, call, &what, in_callback) else {
        return -1;
    };
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return -1;
    };
    if host.slots.is_finalized() || free.is_none() {
        return -1;
    }
    let (size, alloc) = match allocation {
        Some(Allocation { size, alloc }) => {
            let pointer = size as usize == size_of::<*mut c_void>();
            if size == 0 || (alloc.is_none() && !pointer) {
                return -1;
            }
            (size, alloc)
        }
        None => (size_of::<*mut c_void>() as c_uint, None),
    };
    let slot = Slot {
        name: text.to_string_lossy().into_owned(),
        size,
        alloc,
        free,
        _name: NamePtr(name),
    };
    match host.add_slot(name.addr(), text.to_bytes(), slot) {
        Ok(id) => id,
        Err(Refused::Name { changed }) => {
            host.log_own(
                SCLogLevel::SC_LOG_ERROR,
                "storage",
                format!(
                    "storage for type \"thread\" with name \"{}\" already registered",
                    text.to_string_lossy()
                ),
            );
            if let Some(before) = changed {
                let thread = host.thread_name();
                host.report(
                    ReportKind::NameChanged,
                    format!("{call} {text:?} {thread}"),
                    format!(
                        "{call} of slot {text:?} was called on thread `{thread}`: expected a name \
                         that stays what it is, actually the new one is where the name of slot \
                         {before} was. The slot was refused; Suricata keeps the pointer, so that \
                         slot {before} has the new name now, and refuses the other too"
                    ),
                );
            }
            -1
        }
        Err(Refused::Memory) => -1,
        Err(Refused::Full) => {
            host.log_own(
                SCLogLevel::SC_LOG_ERROR,
                "storage",
                format!("no id left for slot {text:?}: a mock host has {BLOCK} at most"),
            );
            -1
        }
    }
}

enum Refused {
    /// The name is taken: by this slot, where it was given another one at the same place.
    Name {
        changed: Option<String>,
    },
    Memory,
    Full,
}

impl Shared {
    fn add_slot(&self, address: usize, name: &[u8], slot: Slot) -> Result<c_int, Refused> {
        let mut guard = self.slots.registry.lock();
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
        if self.faults.slot.hit() {
            return Err(Refused::Memory);
        }
        let index = c_int::try_from(registry.slots.len()).map_err(|_| Refused::Full)?;
        if index >= BLOCK {
            return Err(Refused::Full);
        }
        let base = match registry.base {
            Some(base) => base,
            None => {
                let base = take_block().ok_or(Refused::Full)?;
                registry.base = Some(base);
                base
            }
        };
        registry.names.insert(name.to_vec());
        registry.kept.insert(address, (base + index, name.to_vec()));
        let slot = Arc::new(slot);
        ALL.write().insert(base + index, Arc::clone(&slot));
        Arc::make_mut(&mut registry.slots).push(slot);
        Ok(base + index)
    }
}

/// The first id of a block that no host of this process had before.
fn take_block() -> Option<c_int> {
    let block = NEXT_BLOCK
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |block| {
            (block < c_int::MAX / BLOCK).then_some(block + 1)
        })
        .ok()?;
    LIVE_BLOCKS.write().insert(block);
    Some(block * BLOCK)
}

/// Whose id this is, for one that is not in the table of the thread it was used with.
pub(crate) fn whose(id: c_int, host: &Shared) -> &'static str {
    if id < 0 {
        return "the result of a refused registration";
    }
    if host.slots.table().index(id).is_some() {
        return "a slot that was registered after this thread was created, which has no room for it";
    }
    let block = id / BLOCK;
    let own = host.slots.table();
    if !own.slots.is_empty() && own.base / BLOCK == block {
        return "never registered";
    }
    if LIVE_BLOCKS.read().contains(&block) {
        return "an id of another host; a handle in a `static` is of the host that it was set in";
    }
    if (1..NEXT_BLOCK.load(Ordering::Relaxed)).contains(&block) {
        return "an id of a host that has ended; a handle in a `static`, such as a `OnceLock` that is set once, stays \
                that of the first host: keep it where each init puts its own, or test in a process of its own";
    }
    "never registered"
}

/// `SCThreadStorageSize` and `ThreadStorageSize`.
pub(crate) fn size(function: Function) -> c_uint {
    let Some(host) = context::host_for(function.name).filter(|host| !host.lacks(function)) else {
        return 0;
    };
    let slots = host.slots.table().slots.len();
    (slots * size_of::<*mut c_void>()) as c_uint
}

/// `SCStorageInit`, `SCStorageFinalize` and `SCStorageCleanup`, under either name. 0 on success.
pub(crate) fn phase(function: Function, phase: Phase) -> c_int {
    let Some(host) = context::host_for(function.name).filter(|host| !host.lacks(function)) else {
        return -1;
    };
    if host.refuses_to_plugins(function.name) {
        return -1;
    }
    match phase {
        Phase::Init => host.slots.reset(true),
        Phase::Finalize => host.slots.finalize(),
        Phase::Cleanup => host.slots.reset(false),
    }
    0
}

pub(crate) enum Phase {
    Init,
    Finalize,
    Cleanup,
}
