//! The table of slots, for what a handle has no room for.

use std::mem::size_of;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use crate::record::Record;

/// A slot, kept for the life of the process, as the host keeps it.
pub(crate) struct Slot {
    pub(crate) name: &'static str,
    /// The `SetFn` of the slot's owners, without their type.
    pub(crate) set: unsafe extern "C" fn(),
    pub(crate) record: Record,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Index(u32);

/// Chunks of 1, 2, 4, … slots, so that a slot is found without a lock and never moves.
static CHUNKS: [AtomicPtr<Slot>; 31] = [const { AtomicPtr::new(ptr::null_mut()) }; 31];
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Returns the chunk, and the place in it.
fn place(index: usize) -> (usize, usize) {
    let chunk = (index + 1).ilog2();
    (chunk as usize, index + 1 - (1 << chunk))
}

/// Adds a slot. The caller holds the lock of all registrations.
pub(crate) fn add(slot: Slot) -> Index {
    let index = NEXT.fetch_add(1, Ordering::Relaxed);
    let (chunk, place) = place(index);
    if place == 0 {
        let slots = Box::leak(Box::<[Slot]>::new_uninit_slice(1 << chunk));
        CHUNKS[chunk].store(slots.as_mut_ptr().cast(), Ordering::Release);
    }
    let slots = CHUNKS[chunk].load(Ordering::Relaxed);
    // SAFETY: the chunk has room for so many, and nobody has the index of this place yet.
    unsafe { slots.add(place).write(slot) };
    Index(index as u32)
}

pub(crate) fn get(index: Index) -> &'static Slot {
    let (chunk, place) = place(index.0 as usize);
    let slots = CHUNKS[chunk].load(Ordering::Acquire);
    // SAFETY: `add` wrote the slot before it gave out the index, and the slot is never freed or changed. However the
    // index came here, that ordered the two.
    unsafe { &*slots.add(place) }
}

const _: () = assert!(size_of::<Index>() == 4);
