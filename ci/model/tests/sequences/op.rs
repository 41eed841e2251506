//! What can be generated.

use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest_derive::Arbitrary;

/// Number of slots of a thread, each of another type: see `value.rs`.
pub(crate) const SLOTS: usize = 4;
/// Number of slots of a flow.
pub(crate) const SLOTS_OF_FLOW: usize = 2;

/// One operation of the host. Threads are chosen by a number, modulo how many of the stage wanted there are; where there
/// are none, nothing is done.
#[derive(Debug, Clone, Arbitrary)]
pub(crate) enum Op {
    /// Creates a thread, whose thread init callback does the work.
    #[proptest(weight = 3)]
    Spawn(Work),
    /// Has several running threads do work at the same time, each in a callback of some kind for the flow that it
    /// has.
    #[proptest(weight = 14)]
    Callbacks(
        #[proptest(strategy = "vec(any::<(u8, Boundary, Work)>(), 1..4)")]
        Vec<(u8, Boundary, Work)>,
    ),
    /// Joins a running thread.
    Join(u8),
    /// Frees the storage of a joined thread.
    Free(u8),
    /// Has the host refuse the set that comes after so many others, of whichever slot.
    #[proptest(weight = 2)]
    RefuseSet(#[proptest(strategy = "1..4_u64")] u64),
}

/// A kind of flow callback.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Boundary {
    /// Of a new flow; the one that the thread had is retired before.
    Init,
    Update,
    Finish,
}

/// What a callback does, one action after the other until one panics; with each action whether the callback itself
/// catches a panic of it.
#[derive(Debug, Clone, Default, Arbitrary)]
pub(crate) struct Work(
    #[proptest(strategy = "vec(any::<(Action, bool)>(), 0..6)")] pub Vec<(Action, bool)>,
);

#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Action {
    /// A use of a slot. Slots are numbered, those of the thread first, modulo how many there are.
    #[proptest(weight = 19)]
    On(u8, Use),
    Panic(Payload),
}

/// One use of the public API.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Use {
    #[proptest(weight = 2)]
    Get,
    /// `get_mut`, and changes the value.
    #[proptest(weight = 2)]
    GetMut,
    Contains,
    /// `get_or_insert_with`, `get_or_insert_default` or `get_or_try_insert_with`.
    #[proptest(weight = 6)]
    Insert(Method, Made),
    #[proptest(weight = 5)]
    Replace(Fate),
    #[proptest(weight = 3)]
    Take,
}

/// A method that inserts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
pub(crate) enum Method {
    With,
    Default,
    TryWith,
}

/// What an insertion makes.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Made {
    #[proptest(weight = 4)]
    Value(Fate),
    /// Only `get_or_try_insert_with` can; the others make a value.
    Error,
    Panic(Payload),
}

impl Made {
    pub(crate) fn fate(self) -> Fate {
        if let Self::Value(fate) = self {
            fate
        } else {
            Fate::Quiet
        }
    }
}

/// What a value does when dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
pub(crate) enum Fate {
    #[proptest(weight = 4)]
    Quiet,
    /// Logs, and tries to register.
    UsesLibrary,
    Panics(Payload),
}

/// What a panic carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
pub(crate) enum Payload {
    /// A `&'static str`.
    Text,
    /// A `String`.
    Formatted,
    /// A number.
    Other,
    /// Something whose drop panics.
    Bomb,
}

impl Payload {
    /// How many error lines it leaves where the library contains it.
    pub(crate) fn lines(self) -> usize {
        if self == Self::Bomb { 2 } else { 1 }
    }
}
