//! Kinds of threads, and who may use a `ThreadVars` when.

use std::ffi::c_int;
use std::thread::{self, ThreadId};

/// What a thread does in Suricata. Every kind gets its init callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThreadKind {
    /// Reads packets and hands them to workers, in `autofp`: `RX#01`.
    Receiver,
    /// Handles packets: `W#01`; with the name of the interface in live modes: `W#01-eth0`.
    Worker,
    /// Times flows out: `FM#01`.
    FlowManager,
    /// Finishes flows: `FR#01`.
    FlowRecycler,
    /// Gathers or writes counters: `CW`, `CS`. Only where statistics are on.
    Counters,
    /// Has the logs flushed now and then: `HB`. 9.0 always has it, 8.0 where `heartbeat` is configured.
    Heartbeat,
    /// Takes commands: `US`, the unix manager. Only where the command socket is on. The host never
    /// frees its storage.
    Command,
}

impl ThreadKind {
    pub(crate) fn handles_packets(self) -> bool {
        matches!(self, Self::Receiver | Self::Worker)
    }
}

/// A value on a thread that the host never frees.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftValue {
    /// The thread.
    pub thread: String,
    /// The slot's name.
    pub slot: String,
    /// The slot's id.
    pub id: c_int,
}

/// The current OS thread. The standard library's answer counts references at each call.
pub(crate) fn current_id() -> ThreadId {
    thread_local! {
        static ID: ThreadId = thread::current().id();
    }
    ID.with(ThreadId::clone)
}

/// Who may use a `ThreadVars`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The thread that creates it.
    Created(ThreadId),
    /// Its own OS thread.
    Running(ThreadId),
    /// The thread that joined it.
    Joined(ThreadId),
    /// The thread that joined it, for as long as the host is there, which never frees it.
    Left(ThreadId),
    /// The thread that frees it.
    Freeing(ThreadId),
    /// Nobody.
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
