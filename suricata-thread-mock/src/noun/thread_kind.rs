//! Kinds of threads, and the owners of a `ThreadVars`.

use std::ffi::c_int;
use std::thread::{self, ThreadId};

/// A thread's task in Suricata.
///
/// The thread init callbacks run for threads of every kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThreadKind {
    /// Reads packets and hands them to workers: `RX#01`. Exists only in `autofp`.
    Receiver,
    /// Handles packets: `W#01`, or `W#01-eth0` with an interface.
    Worker,
    /// Times flows out: `FM#01`.
    FlowManager,
    /// Finishes flows: `FR#01`.
    FlowRecycler,
    /// Gathers or writes counters: `CW`, `CS`. Exists only if statistics are on.
    Counters,
    /// Flushes the logs: `HB`. Exists in 9.0, and in 8.0 if `heartbeat` is configured.
    Heartbeat,
    /// The unix manager, which takes commands: `US`. Exists only if the command socket is on.
    /// Suricata never frees its storage.
    Command,
}

impl ThreadKind {
    pub(crate) fn handles_packets(self) -> bool {
        matches!(self, Self::Receiver | Self::Worker)
    }
}

/// A value on a thread whose storage the host never frees.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftValue {
    /// The thread's name.
    pub thread: String,
    /// The slot's name.
    pub slot: String,
    /// The slot's id.
    pub id: c_int,
}

/// Cached, since the standard library counts references at each call.
pub(crate) fn current_id() -> ThreadId {
    thread_local! {
        static ID: ThreadId = thread::current().id();
    }
    ID.with(ThreadId::clone)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Created(ThreadId),
    Running(ThreadId),
    Joined(ThreadId),
    /// Joined, and never freed.
    Left(ThreadId),
    Freeing(ThreadId),
    Freed,
}

impl Stage {
    pub(crate) fn owner(self) -> &'static str {
        match self {
            Self::Created(_) => "the thread that is creating it",
            Self::Running(_) => "that thread itself, which is running",
            Self::Joined(_) | Self::Left(_) => "the thread that has joined it",
            Self::Freeing(_) => "the thread that is taking it down",
            Self::Freed => "no thread",
        }
    }
}
