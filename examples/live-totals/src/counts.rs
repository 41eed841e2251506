//! Counters that one thread writes and all threads may read.

use std::fmt;
use std::ops::{Add, AddAssign};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The counters of one thread.
///
/// The alignment keeps each thread's counters on cache lines of their own: otherwise, writes would
/// slow the other threads down. Lines have 64 bytes on x86-64, which fetches two at a time, and up
/// to 128 on ARM.
#[derive(Default)]
#[repr(align(128))]
pub(crate) struct Counts {
    pub(crate) flows: Counter,
    pub(crate) packets: Counter,
}

impl Counts {
    pub(crate) fn sum(&self) -> Sum {
        Sum {
            flows: self.flows.0.load(Relaxed),
            packets: self.packets.0.load(Relaxed),
        }
    }
}

#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Adds one and returns the new number. Only one thread may call it.
    ///
    /// Since no other thread writes, nothing can come between the load and the store, and they cost
    /// as much as a plain `+= 1`. `fetch_add` would lock the cache line for each packet. Relaxed is
    /// enough, since nothing else is read through the number. The total is exact, since the host
    /// joins the thread before it drops the state.
    pub(crate) fn increment(&self) -> u64 {
        let number = self.0.load(Relaxed) + 1;
        self.0.store(number, Relaxed);
        number
    }
}

/// Numbers of flows and packets.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) flows: u64,
    packets: u64,
}

impl Add for Sum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            flows: self.flows + other.flows,
            packets: self.packets + other.packets,
        }
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flows, packets } = self;
        write!(f, "{flows} flows, {packets} packets")
    }
}
