//! Flows and packets: for plugins, pointers that they may compare and not look behind.

use suricata_thread_sys as sys;

use crate::noun::token;

/// A flow. No other flow has its pointer until it is finished; a later one of the host may have it
/// then, as Suricata reuses the memory of flows. What a plugin keeps by the pointer of a flow must end
/// with the flow.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    pub(crate) token: usize,
    pub(crate) hash: u64,
}

impl Flow {
    /// The pointer that plugins get for it: a token with no memory behind it.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// let (one, other) = (host.flow(), host.flow());
    /// assert_ne!(one.as_ptr(), other.as_ptr());
    /// ```
    #[must_use]
    pub fn as_ptr(&self) -> *mut sys::Flow {
        token::as_ptr(self.token)
    }

    /// What decides which worker has it: the one with the number `hash % workers`.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// let flow = host.flow_with_hash(7);
    /// let workers = host.start(RunMode::Workers { threads: 2 }).workers;
    /// let worker = &workers[(flow.hash() % 2) as usize];
    /// assert_eq!(worker.name(), "W#02-eth0");
    /// ```
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }
}

pub(crate) struct Packet(usize);

impl Packet {
    pub(crate) fn new() -> Self {
        Self(token::new())
    }

    pub(crate) fn as_ptr(&self) -> *mut sys::Packet {
        token::as_ptr(self.0)
    }
}
