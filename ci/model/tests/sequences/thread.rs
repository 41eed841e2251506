//! What the slots of a thread and of its flow must hold, and what the library finds in them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::SeqCst;

use suricata_thread::flow::{Flow, FlowStorage};
use suricata_thread::{InsertError, ThreadStorage, ThreadVars};

use crate::Expected;
use crate::op::{Action, Fate, Made, Method, Payload, SLOTS, SLOTS_OF_FLOW, Work};
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
    pub(crate) small_of_flow: FlowStorage<Small>,
    pub(crate) heap_of_flow: FlowStorage<Heap>,
}

/// What a slot must hold.
#[derive(Debug, Clone, Copy)]
struct Known {
    seen: Seen,
    fate: Fate,
}

/// What all slots of a thread must hold, and then those of the flow that it has.
#[derive(Debug, Default)]
pub(crate) struct Thread([Option<Known>; SLOTS + SLOTS_OF_FLOW]);

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
        mut flow: Option<&mut Flow<'_>>,
        work: &Work,
        expected: &Expected,
    ) {
        if !expected.may_panic() {
            return;
        }
        for (action, caught) in &work.0 {
            let number = expected.next_number();
            let slots_here = SLOTS + if flow.is_some() { SLOTS_OF_FLOW } else { 0 };
            let action = action.on_one_of(slots_here);
            let predicted = self.predict(action, number, expected);
            if let (Err(payload), false) = (&predicted, caught) {
                expected.errors(payload.lines());
                expected.panics.fetch_add(1, SeqCst);
            }
            let mut act = || act(slots, tv, flow.as_deref_mut(), action, number);
            let outcome = match caught {
                true => catch_unwind(AssertUnwindSafe(act)).map_err(let_go).ok(),
                false => Some(act()),
            };
            assert_eq!(outcome, predicted.ok(), "{action:?} of {number}");
        }
    }

    /// The storage of the thread is freed; its flow has ended before.
    pub(crate) fn free(&mut self, expected: &Expected) {
        assert!(self.0[SLOTS..].iter().all(Option::is_none));
        Self::free_slots(&mut self.0[..SLOTS], expected);
    }

    /// The storage of the thread's flow is freed.
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
        let at = usize::from(at);
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
        // The panic of a flow's value counts when it is stored, since a slot soon has had many flows.
        let store = |slot: &mut Option<Known>, known: Known| {
            let panics = at >= SLOTS && matches!(known.fate, Fate::Panics(_));
            expected.panics.fetch_add(panics.into(), SeqCst);
            slot.replace(known)
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
                store(slot, known);
                Outcome::Value(Some(known.seen))
            }
            Action::Replace(_, fate) => {
                let (known, refused) = (new(fate), expected.refuses_set());
                let dropped = if refused {
                    Some(known)
                } else {
                    store(slot, known)
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

fn act(
    slots: Slots,
    tv: &mut ThreadVars<'_>,
    flow: Option<&mut Flow<'_>>,
    action: Action,
    number: u64,
) -> Outcome {
    match (action, flow) {
        (Action::Panic(payload), _) => panic_with(payload),
        (
            Action::Get(slot)
            | Action::GetMut(slot)
            | Action::Contains(slot)
            | Action::Insert(slot, ..)
            | Action::Replace(slot, _)
            | Action::Take(slot),
            flow,
        ) => match (slot, flow) {
            (0, _) => on_thread(slots.small, tv, action, number),
            (1, _) => on_thread(slots.heap, tv, action, number),
            (2, _) => on_thread(slots.large, tv, action, number),
            (3, _) => on_thread(slots.aligned, tv, action, number),
            (4, _) => on_thread(slots.no_size, tv, action, number),
            (5, Some(flow)) => on_flow(slots.small_of_flow, flow, action, number),
            (_, Some(flow)) => on_flow(slots.heap_of_flow, flow, action, number),
            (_, None) => unreachable!("only a flow has these slots"),
        },
    }
}

/// Writes the functions that do an action on a slot: the two types of handles have no trait in common.
macro_rules! on {
    ($on:ident, $insert:ident, $storage:ident, $owner:ident) => {
        fn $on<T: Value>(
            slot: $storage<T>,
            owner: &mut $owner<'_>,
            action: Action,
            number: u64,
        ) -> Outcome {
            let dropped = |value: Option<T>| {
                let seen = value.as_ref().map(T::seen);
                drop(value);
                Outcome::Value(seen)
            };
            match action {
                Action::Get(_) => Outcome::Value(slot.get(owner).map(T::seen)),
                Action::Contains(_) => Outcome::Is(slot.contains(owner)),
                Action::GetMut(_) => Outcome::Value(slot.get_mut(owner).map(|value| {
                    value.mark();
                    value.seen()
                })),
                Action::Insert(_, method, made) => $insert(slot, owner, method, made, number),
                Action::Replace(_, fate) => match slot.replace(owner, T::new(number, fate)) {
                    Ok(old) => dropped(old),
                    Err(refused) => {
                        drop(refused.into_value());
                        Outcome::Refused
                    }
                },
                Action::Take(_) => slot.take(owner).map_or(Outcome::Refused, dropped),
                Action::Panic(_) => unreachable!("not of a slot"),
            }
        }

        fn $insert<T: Value>(
            slot: $storage<T>,
            owner: &mut $owner<'_>,
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
                        _ => Ok((number, fate)),
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
