//! The stored types (small, on the heap, large, over-aligned) and the ledger of their drops.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::panic_any;
use std::sync::{Mutex, MutexGuard, PoisonError};

use suricata_thread::{SCLogDebug, ThreadStorage};

use crate::op::{Fate, Payload};

/// How often each value was dropped, by its number.
static DROPS: Mutex<BTreeMap<u64, u64>> = Mutex::new(BTreeMap::new());

pub(crate) fn drops() -> MutexGuard<'static, BTreeMap<u64, u64>> {
    DROPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Panics with `payload`.
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

/// Drops the payload of a panic, unless its drop would panic.
pub(crate) fn let_go(payload: Box<dyn Any + Send>) {
    if payload.is::<Bomb>() {
        std::mem::forget(payload);
    }
}

/// The part that all values have.
struct Counted {
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
                SCLogDebug!("value {} is dropped", self.number);
                assert!(ThreadStorage::<u8>::register("from a drop").is_err());
            }
            Fate::Panics(payload) => panic_with(payload),
        }
    }
}

/// The observed part of a value: its number and its mark.
pub(crate) type Seen = (u64, u32);

/// A type that can be stored.
pub(crate) trait Value: Default + Send + 'static {
    fn new(number: u64, fate: Fate) -> Self;
    fn seen(&self) -> Seen;
    fn mark(&mut self);
}

thread_local! {
    /// The next value of `default`, or the payload of its panic.
    pub(crate) static NEXT: Cell<Result<(u64, Fate), Payload>> = const { Cell::new(Ok((0, Fate::Quiet))) };
}

/// Defines a type with a [`Counted`] and another field, which must not change.
macro_rules! value {
    ($(#[$attribute:meta])* $name:ident, $other:ty, $make:expr) => {
        $(#[$attribute])*
        pub(crate) struct $name(Counted, $other);

        impl $name {
            const MAKE: fn(u64) -> $other = $make;
        }

        impl Value for $name {
            fn new(number: u64, fate: Fate) -> Self {
                Self(Counted { number, mark: 0, fate }, Self::MAKE(number))
            }

            fn seen(&self) -> Seen {
                let Self(counted, other) = self;
                assert!(*other == Self::MAKE(counted.number), "a value has changed by itself");
                assert!(std::ptr::from_ref(self).is_aligned(), "a value is not aligned");
                (counted.number, counted.mark)
            }

            fn mark(&mut self) {
                self.0.mark += 1;
            }
        }

        impl Default for $name {
            fn default() -> Self {
                match NEXT.get() {
                    Ok((number, fate)) => Self::new(number, fate),
                    Err(payload) => panic_with(payload),
                }
            }
        }
    };
}

value!(Small, u64, |number| number);
value!(Heap, String, |number| format!("value {number}"));
value!(Large, [u8; 16384], |number| [number.to_le_bytes()[0];
    16384]);
value!(
    #[repr(align(4096))]
    Aligned,
    u8,
    |number| number.to_le_bytes()[0]
);
