//! Failures on demand.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub(crate) struct Countdown(AtomicU64);

impl Countdown {
    /// Refuses the `n`-th call from now, 1 being the next; 0 refuses none.
    pub(crate) fn set(&self, n: u64) {
        self.0.store(n, Ordering::SeqCst);
    }

    pub(crate) fn hit(&self) -> bool {
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
            == Ok(1)
    }
}

#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) callback: Countdown,
    pub(crate) slot: Countdown,
    pub(crate) set: Countdown,
}
