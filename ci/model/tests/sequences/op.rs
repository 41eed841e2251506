//! The operations, which proptest generates.

use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest_derive::Arbitrary;

/// Number of slots of a thread, each of another type: see `value.rs`.
pub(crate) const SLOTS: usize = 4;
/// Number of slots of a flow.
pub(crate) const FLOW_SLOTS: usize = 2;

/// One operation of the host. A number chooses a thread, modulo the number of threads in that stage. Without any,
/// nothing happens.
#[derive(Debug, Clone, Arbitrary)]
pub(crate) enum Op {
    /// Creates a thread. Its thread init callback does the work.
    #[proptest(weight = 3)]
    Spawn(Work),
    /// Runs callbacks on several threads at the same time, each for the thread's flow.
    #[proptest(weight = 14)]
    Callbacks(
        #[proptest(strategy = "vec(any::<(u8, Boundary, Work)>(), 1..4)")]
        Vec<(u8, Boundary, Work)>,
    ),
    /// Joins a running thread.
    Join(u8),
    /// Frees the storage of a joined thread.
    Free(u8),
    /// Makes the host refuse the set of this number, counted from the next one, of any slot.
    #[proptest(weight = 2)]
    RefuseSet(#[proptest(strategy = "1..4_u64")] u64),
}

/// A kind of flow callback.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Boundary {
    /// For a new flow; the thread's old one is retired first.
    Init,
    Update,
    Finish,
}

/// The actions of a callback, until one panics. Each has a flag: whether the callback catches its panic.
#[derive(Debug, Clone, Default, Arbitrary)]
pub(crate) struct Work(
    #[proptest(strategy = "vec(any::<(Action, bool)>(), 0..6)")] pub Vec<(Action, bool)>,
);

#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Action {
    /// A use of a slot. A number chooses it, modulo the number of slots, those of the thread first.
    #[proptest(weight = 19)]
    On(u8, Use),
    Panic(Payload),
}

/// One use of the public API.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Use {
    #[proptest(weight = 2)]
    Get,
    /// `get_mut`, and a change of the value.
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

/// The result of the closure of an insertion.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Made {
    #[proptest(weight = 4)]
    Value(Fate),
    /// Only for `get_or_try_insert_with`; the others make a value.
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

/// The action of a value's drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
pub(crate) enum Fate {
    #[proptest(weight = 4)]
    Quiet,
    /// Logs, and tries to register.
    UsesLibrary,
    Panics(Payload),
}

/// The payload of a panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
pub(crate) enum Payload {
    /// A `&'static str`.
    Text,
    /// A `String`.
    Formatted,
    /// A number.
    Other,
    /// A value whose drop panics.
    Bomb,
}

impl Payload {
    /// Returns the number of error lines if the library contains the panic.
    pub(crate) fn lines(self) -> usize {
        if self == Self::Bomb { 2 } else { 1 }
    }
}
