//! What a host keeps for each flow: the storage of plugins, and what the flow can tell.

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use suricata_thread_sys::common::StorageFreeFn;

use crate::noun::fault::Countdown;
use crate::noun::slot::NamePtr;
use crate::noun::token::STEP;

/// No id is given out twice in a process, so that a handle of another host finds nothing. Not from 0, as
/// Suricata has a flow slot of its own before those of plugins.
static NEXT_ID: AtomicI32 = AtomicI32::new(1);

/// The names of all slots, which Suricata keeps for the life of the process.
static NAMES: Mutex<Vec<NamePtr>> = Mutex::new(Vec::new());

#[derive(Clone)]
pub(crate) struct FlowSlot {
    pub(crate) id: c_int,
    pub(crate) name: String,
    pub(crate) free: StorageFreeFn,
    /// The plugin that registered it.
    pub(crate) plugin: Option<&'static str>,
}

/// A pointer that plugins stored.
struct Value(*mut c_void);

// SAFETY: the pointer is only passed on, never looked behind.
unsafe impl Send for Value {}

/// One flow. Boxed, since plugins get pointers to the addresses.
pub(crate) struct Facts {
    values: HashMap<c_int, Value>,
    pub(crate) last_time: Duration,
    pub(crate) packets: u32,
    pub(crate) source_port: u16,
    pub(crate) source: [u8; 4],
    pub(crate) destination: [u8; 4],
}

impl Facts {
    // Alike in all flows: TCP over IPv4, of a protocol that is not known, with all packets to the server.
    pub(crate) const PROTOCOL: u8 = 6;
    pub(crate) const APP_PROTOCOL: u16 = 0;
    pub(crate) const FLAGS: u32 = 0;
    pub(crate) const DESTINATION_PORT: u16 = 80;
    pub(crate) const TO_CLIENT: u32 = 0;

    /// Made up, from where the flow is: flows that live at the same time differ.
    fn new(token: usize) -> Box<Self> {
        let number = token / STEP;
        let [a, b, ..] = (number / 60_000).to_le_bytes();
        Box::new(Self {
            values: HashMap::new(),
            last_time: Duration::ZERO,
            packets: 0,
            source_port: 1_024 + (number % 60_000) as u16,
            source: [10, b, a, 1],
            destination: [10, b, a, 2],
        })
    }
}

/// The slots that flows have, and the flows.
#[derive(Default)]
pub(crate) struct FlowStorage {
    slots: RwLock<Vec<FlowSlot>>,
    flows: Mutex<HashMap<usize, Box<Facts>>>,
}

impl FlowStorage {
    /// Adds a slot, which gets an id; `None` if its name is taken, or `fault` refuses it.
    pub(crate) fn add(&self, slot: FlowSlot, name: NamePtr, fault: &Countdown) -> Option<c_int> {
        let mut slots = self.slots.write();
        if slots.iter().any(|other| other.name == slot.name) || fault.hit() {
            return None;
        }
        NAMES.lock().push(name);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        slots.push(FlowSlot { id, ..slot });
        Some(id)
    }

    pub(crate) fn has(&self, id: c_int) -> bool {
        self.slots.read().iter().any(|slot| slot.id == id)
    }

    /// In the order of the ids.
    pub(crate) fn slots(&self) -> Vec<FlowSlot> {
        self.slots.read().clone()
    }

    /// Lets `f` see or change what is known of a flow.
    pub(crate) fn with<R>(&self, token: usize, f: impl FnOnce(&mut Facts) -> R) -> R {
        let mut flows = self.flows.lock();
        f(flows.entry(token).or_insert_with(|| Facts::new(token)))
    }

    pub(crate) fn get(&self, token: usize, id: c_int) -> *mut c_void {
        self.with(token, |flow| {
            let value = flow.values.get(&id);
            value.map_or(std::ptr::null_mut(), |value| value.0)
        })
    }

    pub(crate) fn set(&self, token: usize, id: c_int, value: *mut c_void) {
        self.with(token, |flow| flow.values.insert(id, Value(value)));
    }

    /// Forgets what is known of a flow.
    pub(crate) fn forget(&self, token: usize) {
        self.flows.lock().remove(&token);
    }
}
