//! What can be generated.

use proptest_derive::Arbitrary;

/// Number of slots, each of another type: see `value.rs`.
pub(crate) const SLOTS: usize = 5;

/// One operation of the host. Threads are chosen by a number, modulo how many of the kind wanted there are; where
/// there are none, nothing is done.
#[derive(Debug, Clone, Arbitrary)]
pub enum Op {
    /// Creates a thread, whose first thread init callback does the work.
    #[proptest(weight = 3)]
    Spawn(Kind, Work),
    /// Has a running thread do work in the first callback of a kind.
    #[proptest(weight = 12)]
    Callback(u8, Boundary, Work),
    /// Has several running threads do work at the same time.
    #[proptest(weight = 3)]
    Together(
        #[proptest(
            strategy = "proptest::collection::vec(proptest::arbitrary::any::<(u8, Work)>(), 2..5)"
        )]
        Vec<(u8, Work)>,
    ),
    /// Joins a running thread.
    Join(u8),
    /// Frees the storage of a joined thread.
    Free(u8),
    /// Has the host refuse the set that comes after so many others, of whichever slot.
    #[proptest(weight = 2)]
    RefuseSet(#[proptest(strategy = "0..4_u8")] u8),
}

/// A kind of thread.
#[derive(Debug, Clone, Copy, Arbitrary)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    #[proptest(weight = 4)]
    Worker,
    Recycler,
    /// Never freed by the host.
    Command,
}

/// A kind of flow callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Boundary {
    FlowInit,
    FlowUpdate,
    FlowFinish,
}

/// What a callback does, one action after the other until one panics.
#[derive(Debug, Clone, Default, Arbitrary)]
pub struct Work(
    #[proptest(
        strategy = "proptest::collection::vec(proptest::arbitrary::any::<(Action, bool)>(), 0..6)"
    )]
    /// With each action whether the callback itself catches a panic of it.
    pub Vec<(Action, bool)>,
);

/// One use of the public API. Slots are numbered, modulo how many there are.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub enum Action {
    /// `get`.
    #[proptest(weight = 2)]
    Get(u8),
    /// `get_mut`, and changes the value.
    #[proptest(weight = 2)]
    GetMut(u8),
    /// `contains`.
    Contains(u8),
    /// `get_or_insert_with`, `get_or_insert_default` or `get_or_try_insert_with`.
    #[proptest(weight = 6)]
    Insert(u8, Make, Fate),
    /// `replace`.
    #[proptest(weight = 5)]
    Replace(u8, Fate),
    /// `take`.
    #[proptest(weight = 3)]
    Take(u8),
    /// Panics.
    Panic(Payload),
}

/// How an insertion makes its value.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub enum Make {
    /// In the closure of `get_or_insert_with`.
    #[proptest(weight = 3)]
    With,
    /// In `Default`, for `get_or_insert_default`.
    Default,
    /// In the closure of `get_or_try_insert_with`, which succeeds.
    TryOk,
    /// Not at all: that closure fails.
    TryErr,
    /// Not at all: the closure of `get_or_insert_with` panics.
    Panic(Payload),
    /// Not at all: `Default` panics.
    DefaultPanics(Payload),
    /// Not at all: the closure of `get_or_try_insert_with` panics.
    TryPanics(Payload),
}

/// What a value does when dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
pub enum Fate {
    /// Nothing.
    #[proptest(weight = 4)]
    Quiet,
    /// Logs, and tries to register.
    UsesLibrary,
    /// Panics.
    Panics(Payload),
}

/// What a panic carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
pub enum Payload {
    /// A `&'static str`.
    Text,
    /// A `String`.
    Formatted,
    /// A number.
    Other,
    /// Something whose drop panics.
    Bomb,
}
