//! Pointers without memory behind them, which plugins get as `ThreadVars`, `Flow` and `Packet`.
//!
//! A token is given out once in a process, so every use after free is noticed. Only flows reuse
//! theirs: see [`crate::Flow`].

use std::sync::atomic::{AtomicUsize, Ordering};

/// 2^54 on 64-bit machines: no process has this address, so reading it faults at once. A multiple
/// of [`STEP`].
const FIRST: usize = usize::MAX / 1024 + 1;
pub(crate) const STEP: usize = 64;

static NEXT: AtomicUsize = AtomicUsize::new(FIRST);

pub(crate) fn new() -> usize {
    first_of(1)
}

pub(crate) fn several(count: usize) -> impl Iterator<Item = usize> {
    (first_of(count)..).step_by(STEP).take(count)
}

fn first_of(count: usize) -> usize {
    NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
        next.checked_add(STEP * count)
    })
    .expect("no pointer is left that this process has not given out")
}

pub(crate) fn was_given_out(token: usize) -> bool {
    (FIRST..NEXT.load(Ordering::Relaxed)).contains(&token) && token % STEP == 0
}

pub(crate) fn as_ptr<T>(token: usize) -> *mut T {
    std::ptr::without_provenance_mut(token)
}
