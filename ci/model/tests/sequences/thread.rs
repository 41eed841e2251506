//! The model of the slots of a thread and of its flow, and the calls of the library.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::SeqCst;

use suricata_thread::flow::{Flow, FlowStorage};
use suricata_thread::{InsertError, ThreadStorage, ThreadVars};

use crate::op::{Action, FLOW_SLOTS, Fate, Made, Method, Payload, SLOTS, Use, Work};
use crate::value::{Aligned, Heap, Large, NEXT, Seen, Small, Value, let_go, panic_with};
use crate::{Expected, lock};

/// A slot of each type.
#[derive(Clone, Copy)]
pub(crate) struct Slots {
    pub(crate) small: ThreadStorage<Small>,
    pub(crate) heap: ThreadStorage<Heap>,
    pub(crate) large: ThreadStorage<Large>,
    pub(crate) aligned: ThreadStorage<Aligned>,
    pub(crate) flow_small: FlowStorage<Small>,
    pub(crate) flow_heap: FlowStorage<Heap>,
}

/// The expected content of a slot.
#[derive(Debug, Clone, Copy)]
struct Known {
    seen: Seen,
    fate: Fate,
}

/// The expected content of all slots of a thread, and then of its flow.
#[derive(Debug, Default)]
pub(crate) struct Thread([Option<Known>; SLOTS + FLOW_SLOTS]);

/// The result of an action that does not panic.
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
    /// Does the work in a callback, and compares the outcome of each action.
    pub(crate) fn work(
        &mut self,
        slots: Slots,
        tv: &mut ThreadVars<'_>,
        mut flow: Option<&mut Flow<'_>>,
        work: &Work,
        expected: &Expected,
    ) {
        // After its tenth panic, a callback's panics are not all logged.
        if expected.panics.load(SeqCst) >= 8 {
            return;
        }
        let slot_count = SLOTS + if flow.is_some() { FLOW_SLOTS } else { 0 };
        let at = |slot: u8| usize::from(slot) % slot_count;
        for (action, caught) in &work.0 {
            let number = expected.numbers.fetch_add(1, SeqCst);
            let predicted = match *action {
                Action::Panic(payload) => Err(payload),
                Action::On(slot, usage) => self.predict(at(slot), usage, number, expected),
            };
            if let (Err(payload), false) = (&predicted, caught) {
                expected.errors(payload.lines());
                expected.panics.fetch_add(1, SeqCst);
            }
            let mut act = || match *action {
                Action::Panic(payload) => panic_with(payload),
                Action::On(slot, usage) => match (at(slot), flow.as_deref_mut()) {
                    (0, _) => on_thread(slots.small, tv, usage, number),
                    (1, _) => on_thread(slots.heap, tv, usage, number),
                    (2, _) => on_thread(slots.large, tv, usage, number),
                    (3, _) => on_thread(slots.aligned, tv, usage, number),
                    (4, Some(flow)) => on_flow(slots.flow_small, flow, usage, number),
                    (_, Some(flow)) => on_flow(slots.flow_heap, flow, usage, number),
                    (_, None) => unreachable!("only a flow has these slots"),
                },
            };
            let outcome = match caught {
                true => catch_unwind(AssertUnwindSafe(act)).map_err(let_go).ok(),
                false => Some(act()),
            };
            assert_eq!(outcome, predicted.ok(), "{action:?} of {number}");
        }
    }

    /// Predicts the end of the thread's storage. Its flow must have ended.
    pub(crate) fn free(&mut self, expected: &Expected) {
        assert!(self.0[SLOTS..].iter().all(Option::is_none));
        Self::free_slots(&mut self.0[..SLOTS], expected);
    }

    /// Predicts the end of its flow's storage.
    pub(crate) fn free_flow(&mut self, expected: &Expected) {
        Self::free_slots(&mut self.0[SLOTS..], expected);
    }

    fn free_slots(slots: &mut [Option<Known>], expected: &Expected) {
        for known in slots.iter_mut().filter_map(Option::take) {
            if let Err(payload) = drop_value(known, expected) {
                expected.errors(payload.lines());
            }
        }
    }

    /// Predicts the use of a slot: its outcome, or the payload of its panic.
    fn predict(
        &mut self,
        at: usize,
        usage: Use,
        number: u64,
        expected: &Expected,
    ) -> Result<Outcome, Payload> {
        let new = |fate| Known {
            seen: (number, 0),
            fate,
        };
        // A flow's value that will panic counts when it is stored, since many flows have the same slot.
        let store = |slot: &mut Option<Known>, known: Known| {
            let panics = at >= SLOTS && matches!(known.fate, Fate::Panics(_));
            expected.panics.fetch_add(panics.into(), SeqCst);
            slot.replace(known)
        };
        let dropped =
            |known: Option<Known>| known.map_or(Ok(()), |known| drop_value(known, expected));
        let slot = &mut self.0[at];
        let seen = slot.map(|known| known.seen);
        Ok(match usage {
            Use::Get => Outcome::Value(seen),
            Use::Contains => Outcome::Is(seen.is_some()),
            Use::GetMut => Outcome::Value(slot.as_mut().map(|known| {
                known.seen.1 += 1;
                known.seen
            })),
            Use::Insert(..) if seen.is_some() => Outcome::Value(seen),
            Use::Insert(_, Made::Panic(payload)) => return Err(payload),
            Use::Insert(Method::TryWith, Made::Error) => Outcome::OwnError,
            Use::Insert(_, made) if expected.refuses_set() => {
                dropped(Some(new(made.fate())))?;
                Outcome::Refused
            }
            Use::Insert(_, made) => {
                let known = new(made.fate());
                store(slot, known);
                Outcome::Value(Some(known.seen))
            }
            Use::Replace(fate) if expected.refuses_set() => {
                dropped(Some(new(fate)))?;
                Outcome::Refused
            }
            Use::Replace(fate) => {
                dropped(store(slot, new(fate)))?;
                Outcome::Value(seen)
            }
            Use::Take if seen.is_some() && expected.refuses_set() => Outcome::Refused,
            Use::Take => {
                dropped(slot.take())?;
                Outcome::Value(seen)
            }
        })
    }
}

/// Predicts the drop of a value, which may panic.
fn drop_value(known: Known, expected: &Expected) -> Result<(), Payload> {
    *lock(&expected.drops).entry(known.seen.0).or_default() += 1;
    match known.fate {
        Fate::Panics(payload) => Err(payload),
        Fate::Quiet | Fate::UsesLibrary => Ok(()),
    }
}

/// Defines the functions that use a slot, since the two types of handles have no common trait.
macro_rules! on {
    ($on:ident, $insert:ident, $storage:ident, $owner:ident) => {
        fn $on<T: Value>(
            slot: $storage<T>,
            owner: &mut $owner<'_>,
            usage: Use,
            number: u64,
        ) -> Outcome {
            let dropped = |value: Option<T>| {
                let seen = value.as_ref().map(T::seen);
                drop(value);
                Outcome::Value(seen)
            };
            match usage {
                Use::Get => Outcome::Value(slot.get(owner).map(T::seen)),
                Use::Contains => Outcome::Is(slot.contains(owner)),
                Use::GetMut => Outcome::Value(slot.get_mut(owner).map(|value| {
                    value.mark();
                    value.seen()
                })),
                Use::Insert(method, made) => $insert(slot, owner, method, made, number),
                Use::Replace(fate) => match slot.replace(owner, T::new(number, fate)) {
                    Ok(old) => dropped(old),
                    Err(refused) => {
                        drop(refused.into_value());
                        Outcome::Refused
                    }
                },
                Use::Take => slot.take(owner).map_or(Outcome::Refused, dropped),
            }
        }

        fn $insert<T: Value>(
            slot: $storage<T>,
            owner: &mut $owner<'_>,
            method: Method,
            made: Made,
            number: u64,
        ) -> Outcome {
            let new = || match made {
                Made::Panic(payload) => panic_with(payload),
                _ => T::new(number, made.fate()),
            };
            let inserted = match (method, made) {
                (Method::With, _) => slot.get_or_insert_with(owner, new).ok(),
                (Method::TryWith, _) => {
                    let new = || match made {
                        Made::Error => Err("its own error"),
                        _ => Ok(new()),
                    };
                    match slot.get_or_try_insert_with(owner, new) {
                        Err(InsertError::Closure(_)) => return Outcome::OwnError,
                        other => other.ok(),
                    }
                }
                (Method::Default, made) => {
                    NEXT.set(match made {
                        Made::Panic(payload) => Err(payload),
                        _ => Ok((number, made.fate())),
                    });
                    slot.get_or_insert_default(owner).ok()
                }
            };
            inserted.map_or(Outcome::Refused, |value| Outcome::Value(Some(value.seen())))
        }
    };
}

on!(on_thread, insert_in_thread, ThreadStorage, ThreadVars);
on!(on_flow, insert_in_flow, FlowStorage, Flow);
