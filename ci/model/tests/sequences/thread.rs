//! What a thread's slots must hold, and what the library finds in them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::SeqCst;

use suricata_thread::{InsertError, ThreadStorage, ThreadVars};

use crate::Expected;
use crate::op::{Action, Fate, Made, Method, Payload, SLOTS, Work};
use crate::value::{
    Aligned, Heap, Large, NEXT, NO_NUMBER, NoSize, Seen, Small, Value, let_go, panic_with,
};

/// A slot of each type.
#[derive(Clone, Copy)]
pub(crate) struct Slots {
    pub(crate) small: ThreadStorage<Small>,
    pub(crate) heap: ThreadStorage<Heap>,
    pub(crate) large: ThreadStorage<Large>,
    pub(crate) aligned: ThreadStorage<Aligned>,
    pub(crate) no_size: ThreadStorage<NoSize>,
}

/// What a slot must hold.
#[derive(Debug, Clone, Copy)]
struct Known {
    seen: Seen,
    fate: Fate,
}

/// What all slots of a thread must hold.
#[derive(Debug, Default)]
pub(crate) struct Thread([Option<Known>; SLOTS]);

/// What an action gives back, if it does not panic.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Value(Option<Seen>),
    Is(bool),
    /// The host refused to store.
    Refused,
    /// The closure's own error.
    OwnError,
}

impl Thread {
    /// Does the work in a callback, and compares what comes of each action.
    pub(crate) fn work(
        &mut self,
        slots: Slots,
        tv: &mut ThreadVars<'_>,
        work: &Work,
        expected: &Expected,
    ) {
        if !expected.may_panic() {
            return;
        }
        for (action, caught) in &work.0 {
            let number = expected.next_number();
            let predicted = self.predict(*action, number, expected);
            if let (Err(payload), false) = (&predicted, caught) {
                expected.errors(payload.lines());
                expected.panics.fetch_add(1, SeqCst);
            }
            let mut act = || act(slots, tv, *action, number);
            let outcome = match caught {
                true => catch_unwind(AssertUnwindSafe(act)).map_err(let_go).ok(),
                false => Some(act()),
            };
            assert_eq!(outcome, predicted.ok(), "{action:?} of {number}");
        }
    }

    /// The storage is freed.
    pub(crate) fn free(&mut self, expected: &Expected) {
        for known in self.0.iter_mut().filter_map(Option::take) {
            if let Err(payload) = drop_value(known, expected) {
                expected.errors(payload.lines());
            }
        }
    }

    /// What must come of an action: what it returns, or what it panics with.
    fn predict(
        &mut self,
        action: Action,
        number: u64,
        expected: &Expected,
    ) -> Result<Outcome, Payload> {
        let at = match action {
            Action::Panic(payload) => return Err(payload),
            Action::Get(slot) | Action::GetMut(slot) | Action::Contains(slot) => slot,
            Action::Insert(slot, ..) | Action::Replace(slot, _) | Action::Take(slot) => slot,
        };
        let at = usize::from(at) % SLOTS;
        let new = |fate| match at + 1 {
            SLOTS => Known {
                seen: (NO_NUMBER, 0),
                fate: Fate::Quiet,
            },
            _ => Known {
                seen: (number, 0),
                fate,
            },
        };
        let slot = &mut self.0[at];
        let seen = slot.map(|known| known.seen);
        Ok(match action {
            Action::Get(_) => Outcome::Value(seen),
            Action::Contains(_) => Outcome::Is(seen.is_some()),
            Action::GetMut(_) => Outcome::Value(slot.as_mut().map(|known| {
                known.seen.1 += u32::from(known.seen.0 != NO_NUMBER);
                known.seen
            })),
            Action::Insert(..) if seen.is_some() => Outcome::Value(seen),
            Action::Insert(_, _, Made::Panic(payload)) => return Err(payload),
            Action::Insert(_, Method::TryWith, Made::Error) => Outcome::OwnError,
            Action::Insert(_, _, made) => {
                let known = new(if let Made::Value(fate) = made {
                    fate
                } else {
                    Fate::Quiet
                });
                if expected.refuses_set() {
                    drop_value(known, expected)?;
                    return Ok(Outcome::Refused);
                }
                Outcome::Value(Some(slot.insert(known).seen))
            }
            Action::Replace(_, fate) => {
                let (known, refused) = (new(fate), expected.refuses_set());
                let dropped = if refused {
                    Some(known)
                } else {
                    slot.replace(known)
                };
                dropped.map_or(Ok(()), |known| drop_value(known, expected))?;
                if refused {
                    Outcome::Refused
                } else {
                    Outcome::Value(seen)
                }
            }
            Action::Take(_) if seen.is_some() && expected.refuses_set() => Outcome::Refused,
            Action::Take(_) => {
                slot.take()
                    .map_or(Ok(()), |known| drop_value(known, expected))?;
                Outcome::Value(seen)
            }
            Action::Panic(_) => unreachable!("answered above"),
        })
    }
}

/// A value is dropped, which may panic.
fn drop_value(known: Known, expected: &Expected) -> Result<(), Payload> {
    expected.drops(known.seen.0);
    match known.fate {
        Fate::Panics(payload) => Err(payload),
        Fate::Quiet | Fate::UsesLibrary => Ok(()),
    }
}

fn act(slots: Slots, tv: &mut ThreadVars<'_>, action: Action, number: u64) -> Outcome {
    match action {
        Action::Panic(payload) => panic_with(payload),
        Action::Get(slot)
        | Action::GetMut(slot)
        | Action::Contains(slot)
        | Action::Insert(slot, ..)
        | Action::Replace(slot, _)
        | Action::Take(slot) => match usize::from(slot) % SLOTS {
            0 => on(slots.small, tv, action, number),
            1 => on(slots.heap, tv, action, number),
            2 => on(slots.large, tv, action, number),
            3 => on(slots.aligned, tv, action, number),
            _ => on(slots.no_size, tv, action, number),
        },
    }
}

fn on<T: Value>(
    slot: ThreadStorage<T>,
    tv: &mut ThreadVars<'_>,
    action: Action,
    number: u64,
) -> Outcome {
    let dropped = |value: Option<T>| {
        let seen = value.as_ref().map(T::seen);
        drop(value);
        Outcome::Value(seen)
    };
    match action {
        Action::Get(_) => Outcome::Value(slot.get(tv).map(T::seen)),
        Action::Contains(_) => Outcome::Is(slot.contains(tv)),
        Action::GetMut(_) => Outcome::Value(slot.get_mut(tv).map(|value| {
            value.mark();
            value.seen()
        })),
        Action::Insert(_, method, made) => insert(slot, tv, method, made, number),
        Action::Replace(_, fate) => match slot.replace(tv, T::new(number, fate)) {
            Ok(old) => dropped(old),
            Err(refused) => {
                drop(refused.into_value());
                Outcome::Refused
            }
        },
        Action::Take(_) => slot.take(tv).map_or(Outcome::Refused, dropped),
        Action::Panic(_) => unreachable!("not of a slot"),
    }
}

fn insert<T: Value>(
    slot: ThreadStorage<T>,
    tv: &mut ThreadVars<'_>,
    method: Method,
    made: Made,
    number: u64,
) -> Outcome {
    let fate = if let Made::Value(fate) = made {
        fate
    } else {
        Fate::Quiet
    };
    let new = || match made {
        Made::Panic(payload) => panic_with(payload),
        _ => T::new(number, fate),
    };
    let inserted = match (method, made) {
        (Method::With, _) => slot.get_or_insert_with(tv, new).ok(),
        (Method::TryWith, _) => {
            let new = || match made {
                Made::Error => Err("its own error"),
                _ => Ok(new()),
            };
            match slot.get_or_try_insert_with(tv, new) {
                Err(InsertError::Closure(_)) => return Outcome::OwnError,
                other => other.ok(),
            }
        }
        (Method::Default, made) => {
            NEXT.set(match made {
                Made::Panic(payload) => Err(payload),
                _ => Ok((number, fate)),
            });
            slot.get_or_insert_default(tv).ok()
        }
    };
    inserted.map_or(Outcome::Refused, |value| Outcome::Value(Some(value.seen())))
}
