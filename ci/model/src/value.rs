//! The stored types: small, on the heap, large, over-aligned, of no size; and the ledger of their drops.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::panic_any;

use std::sync::{Mutex, MutexGuard, PoisonError};

use suricata_thread::{SCLogNotice, ThreadStorage};

use crate::op::{Fate, Payload};

/// The slot that holds values of no size: they have no number.
pub(crate) const NO_SIZE: usize = 4;

/// The number that stands for all values of no size.
pub(crate) const NO_NUMBER: u64 = u64::MAX;

/// How often each value was dropped, by its number. One for the process, since a value of no size can't point to
/// one; [`Real`](crate::Real) sees to it that there is one run at a time.
static DROPS: Mutex<BTreeMap<u64, u64>> = Mutex::new(BTreeMap::new());

pub(crate) fn drops() -> MutexGuard<'static, BTreeMap<u64, u64>> {
    DROPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Panics in the way wanted.
pub(crate) fn panic_with(payload: Payload) -> ! {
    match payload {
        Payload::Text => panic!("planned"),
        Payload::Formatted => panic!("planned {}", 1),
        Payload::Other => panic_any(1_u8),
        Payload::Bomb => panic_any(Bomb),
    }
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("planned: a payload's drop");
    }
}

/// Drops what a panic has carried, unless that would panic again.
pub(crate) fn let_go(payload: Box<dyn Any + Send>) {
    if payload.is::<Bomb>() {
        std::mem::forget(payload);
    }
}

/// What all values with a size hold.
pub(crate) struct Counted {
    number: u64,
    mark: u32,
    fate: Fate,
}

impl Drop for Counted {
    fn drop(&mut self) {
        *drops().entry(self.number).or_default() += 1;
        match self.fate {
            Fate::Quiet => {}
            Fate::UsesLibrary => {
                SCLogNotice!("value {} is dropped", self.number);
                assert!(ThreadStorage::<u8>::register("from a drop").is_err());
            }
            Fate::Panics(payload) => panic_with(payload),
        }
    }
}

/// A value as it is seen: its number and the mark that was put on it.
pub(crate) type Seen = (u64, u32);

/// A type that can be stored.
pub(crate) trait Value: Default + Send + 'static {
    fn new(number: u64, fate: Fate) -> Self;
    fn seen(&self) -> Seen;
    fn mark(&mut self);
}

thread_local! {
    /// What the next `default` makes, or panics with.
    pub(crate) static NEXT: Cell<Result<(u64, Fate), Payload>> = const { Cell::new(Ok((0, Fate::Quiet))) };
}

fn next<T: Value>() -> T {
    match NEXT.get() {
        Ok((number, fate)) => T::new(number, fate),
        Err(payload) => panic_with(payload),
    }
}

/// Writes a type around a [`Counted`] with something else in it, which must stay what it is.
macro_rules! value {
    ($(#[$attribute:meta])* $name:ident, $other:ty, $make:expr) => {
        $(#[$attribute])*
        pub(crate) struct $name {
            counted: Counted,
            other: $other,
        }

        impl Value for $name {
            fn new(number: u64, fate: Fate) -> Self {
                let make: fn(u64) -> $other = $make;
                Self { counted: Counted { number, mark: 0, fate }, other: make(number) }
            }

            fn seen(&self) -> Seen {
                let make: fn(u64) -> $other = $make;
                assert!(self.other == make(self.counted.number), "a value has changed by itself");
                let address = std::ptr::from_ref(self).addr();
                assert_eq!(address % align_of::<Self>(), 0, "a value is not aligned");
                (self.counted.number, self.counted.mark)
            }

            fn mark(&mut self) {
                self.counted.mark += 1;
            }
        }

        impl Default for $name {
            fn default() -> Self {
                next()
            }
        }
    };
}

value!(Small, u64, |number| number);
value!(Heap, Vec<String>, |number| vec![
    number.to_string(),
    "text".into()
]);
value!(Large, [u8; 16384], |number| [number.to_le_bytes()[0];
    16384]);
value!(
    #[repr(align(4096))]
    Aligned,
    u8,
    |number| number.to_le_bytes()[0]
);

pub(crate) struct NoSize;

impl Default for NoSize {
    fn default() -> Self {
        next()
    }
}

impl Value for NoSize {
    fn new(_: u64, _: Fate) -> Self {
        Self
    }

    fn seen(&self) -> Seen {
        (NO_NUMBER, 0)
    }

    fn mark(&mut self) {}
}

impl Drop for NoSize {
    fn drop(&mut self) {
        *drops().entry(NO_NUMBER).or_default() += 1;
    }
}
