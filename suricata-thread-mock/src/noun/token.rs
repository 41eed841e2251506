//! Pointers that stand for something and point to nothing: what plugins get as `ThreadVars`,
//! `Flow` and `Packet`.
//!
//! All of these are opaque to plugins, so no memory has to be behind them. A token is handed out
//! once in the life of the process; use after free is therefore recognised always, not only until
//! an allocator gives the same address out again. Only flows pass theirs on, see [`crate::Flow`].

use std::sync::atomic::{AtomicUsize, Ordering};

/// On 64-bit machines 2^54: an address that no process has, so that a plugin that looks behind a
/// token faults at once. A multiple of [`STEP`].
const FIRST: usize = usize::MAX / 1024 + 1;
pub(crate) const STEP: usize = 64;

static NEXT: AtomicUsize = AtomicUsize::new(FIRST);

/// A token that was never given out before.
///
/// # Panics
/// When there is none left, after 67 million on 32-bit machines.
pub(crate) fn new() -> usize {
    first_of(1)
}

/// So many of them.
pub(crate) fn several(count: usize) -> impl Iterator<Item = usize> {
    (first_of(count)..).step_by(STEP).take(count)
}

fn first_of(count: usize) -> usize {
    NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
        next.checked_add(STEP * count)
    })
    .expect("no pointer is left that this process has not given out")
}

/// Whether `token` was given out at any time, by any host.
pub(crate) fn was_given_out(token: usize) -> bool {
    (FIRST..NEXT.load(Ordering::Relaxed)).contains(&token) && token % STEP == 0
}

pub(crate) fn as_ptr<T>(token: usize) -> *mut T {
    std::ptr::without_provenance_mut(token)
}
