//! Flows and packets: for plugins, pointers that they may compare and not look behind.

use std::sync::atomic::Ordering;

use suricata_thread_sys as sys;

use crate::callbacks::{self, Event};
use crate::context;
use crate::host::Host;
use crate::token;

/// A flow. Its pointer is like no other flow's in the life of the process.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    token: usize,
    hash: u64,
}

impl Flow {
    pub(crate) fn new(hash: u64) -> Self {
        Self {
            token: token::new(),
            hash,
        }
    }

    /// The pointer that plugins get for it: a token with no memory behind it.
    #[must_use]
    pub fn as_ptr(&self) -> *mut sys::Flow {
        token::as_ptr(self.token)
    }

    /// What decides which worker has it: the one with the number `hash % workers`.
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

impl Host {
    /// A flow with a random hash: the seed decides which hash the first flow has, the second, and so
    /// on.
    #[must_use]
    pub fn flow(&self) -> Flow {
        self.shared.seed_used.store(true, Ordering::Relaxed);
        Flow::new(self.shared.flow_hashes.lock().next())
    }

    /// A flow with this hash.
    #[must_use]
    pub fn flow_with_hash(&self, hash: u64) -> Flow {
        Flow::new(hash)
    }

    /// Runs the flow init callbacks on the current thread with NULL for the `ThreadVars`, as the
    /// host's own unit tests do.
    ///
    /// # Panics
    /// In plugin code; so do the two below.
    pub fn flow_init_without_thread(&self, flow: &Flow) {
        let packet = Packet::new();
        self.without_thread(
            "Host::flow_init_without_thread",
            Event::FlowInit(flow.as_ptr(), packet.as_ptr()),
        );
    }

    /// Runs the flow update callbacks on the current thread with NULL for the `ThreadVars`.
    pub fn flow_update_without_thread(&self, flow: &Flow) {
        let packet = Packet::new();
        self.without_thread(
            "Host::flow_update_without_thread",
            Event::FlowUpdate(flow.as_ptr(), packet.as_ptr()),
        );
    }

    /// Runs the flow finish callbacks on the current thread with NULL for the `ThreadVars`.
    #[allow(clippy::needless_pass_by_value, reason = "the flow is over")]
    pub fn flow_finish_without_thread(&self, flow: Flow) {
        self.without_thread(
            "Host::flow_finish_without_thread",
            Event::FlowFinish(flow.as_ptr()),
        );
    }

    fn without_thread(&self, what: &str, event: Event) {
        context::assert_drivable(&self.shared, what);
        callbacks::run(&self.shared, None, event);
    }
}
