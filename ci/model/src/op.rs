//! What can be generated.

use arbitrary::Arbitrary;
use proptest_derive::Arbitrary as Strategy;

/// Number of slots, each of another type: see `value.rs`.
pub(crate) const SLOTS: usize = 5;

/// How the plugin's `init` goes.
#[derive(Debug, Clone, Arbitrary, Strategy)]
pub struct Setup {
    /// Which slot the host refuses, counted from 1; none where it is 0 or beyond the last.
    #[proptest(strategy = "0..8_u8")]
    pub refuse_slot: u8,
    /// Which callback the host refuses, counted from 1; none where it is 0 or beyond the last.
    #[proptest(strategy = "0..16_u8")]
    pub refuse_callback: u8,
    /// What comes after all is registered.
    pub end: InitEnd,
}

/// How `init` ends.
#[derive(Debug, Clone, Copy, Arbitrary, Strategy)]
#[allow(missing_docs, reason = "the names say it")]
pub enum InitEnd {
    #[proptest(weight = 4)]
    Ok,
    Err,
    Panic(Payload),
}

/// One operation of the host. Threads are chosen by a number, modulo how many of the kind wanted there are; where
/// there are none, nothing is done.
#[derive(Debug, Clone, Arbitrary, Strategy)]
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
    /// Runs the callbacks of a kind without a `ThreadVars`.
    WithoutThread(Boundary),
    /// Joins a running thread.
    Join(u8),
    /// Frees the storage of a joined thread.
    Free(u8),
    /// Has the host refuse the set that comes after so many others, of whichever slot.
    #[proptest(weight = 2)]
    RefuseSet(#[proptest(strategy = "0..4_u8")] u8),
}

/// A kind of thread.
#[derive(Debug, Clone, Copy, Arbitrary, Strategy)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    #[proptest(weight = 4)]
    Worker,
    Recycler,
    /// Never freed by the host.
    Command,
}

/// A kind of flow callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary, Strategy)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Boundary {
    FlowInit,
    FlowUpdate,
    FlowFinish,
}

/// What a callback does, one action after the other until one panics.
#[derive(Debug, Clone, Default, Arbitrary, Strategy)]
pub struct Work(
    #[proptest(
        strategy = "proptest::collection::vec(proptest::arbitrary::any::<(Action, bool)>(), 0..6)"
    )]
    /// With each action whether the callback itself catches a panic of it.
    pub Vec<(Action, bool)>,
);

/// One use of the public API. Slots are numbered, modulo how many there are.
#[derive(Debug, Clone, Copy, Arbitrary, Strategy)]
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
    /// Registers a slot and a callback of each kind, all of which must be refused.
    Register,
    /// Logs a notice.
    Log,
}

/// How an insertion makes its value.
#[derive(Debug, Clone, Copy, Arbitrary, Strategy)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary, Strategy)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary, Strategy)]
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
