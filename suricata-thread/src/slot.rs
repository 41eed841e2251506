//! What is known of each slot beyond what a handle has room for.

use std::mem::size_of;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use crate::record::Record;

/// A slot that the host has given out; kept for the life of the process, as the host keeps it.
pub(crate) struct Slot {
    pub(crate) name: &'static str,
    /// The `SetFn` of the slot's owners, of whichever type those are.
    pub(crate) set: unsafe extern "C" fn(),
    /// The panics of its values' drops.
    pub(crate) record: Record,
}

/// The place of a slot in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Index(u32);

/// The table, in chunks of 1, 2, 4, … slots, so that a slot is found without a lock and never moves.
static CHUNKS: [AtomicPtr<Slot>; 31] = [const { AtomicPtr::new(ptr::null_mut()) }; 31];
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// The chunk, and the place in it.
fn place(index: usize) -> (usize, usize) {
    let chunk = (index + 1).ilog2();
    (chunk as usize, index + 1 - (1 << chunk))
}

/// Adds a slot. One at a time: the lock of all registrations is held.
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

/// Returns a slot.
pub(crate) fn get(index: Index) -> &'static Slot {
    let (chunk, place) = place(index.0 as usize);
    let slots = CHUNKS[chunk].load(Ordering::Acquire);
    // SAFETY: `add` gave out the index after it had written the slot, which is never freed or changed;
    // whoever has the index came by it from there, by what orders the two.
    unsafe { &*slots.add(place) }
}

const _: () = assert!(size_of::<Index>() == 4);
