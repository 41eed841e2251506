//! Flows and packets: for plugins, pointers that they may compare and not look behind.

use std::sync::atomic::Ordering;

use suricata_thread_sys as sys;

use crate::callbacks::{self, Event};
use crate::context;
use crate::host::Host;
use crate::rng::Rng;
use crate::shared::Shared;
use crate::token;

/// A flow. No other flow has its pointer until it is finished; a later one of the host may have it
/// then, as Suricata reuses the memory of flows. What a plugin keeps by the pointer of a flow must end
/// with the flow.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    token: usize,
    hash: u64,
}

impl Flow {
    /// Where the last flow was that this host has finished, or at an address of its own.
    pub(crate) fn new(host: &Shared, hash: u64) -> Self {
        let token = match host.finished_flows.lock().pop() {
            Some(finished) => finished,
            None => token::new(),
        };
        Self { token, hash }
    }

    /// Has `run` run the flow finish callbacks; another flow may be where it was after that.
    pub(crate) fn finish(self, host: &Shared, run: impl FnOnce(Event)) {
        run(Event::FlowFinish(self.as_ptr()));
        host.finished_flows.lock().push(self.token);
    }

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

impl Shared {
    /// The hash of the next flow, whose failures the seed is named with from now on.
    pub(crate) fn random_hash(&self, rng: &mut Rng) -> u64 {
        self.seed_used.store(true, Ordering::Relaxed);
        rng.next()
    }
}

impl Host {
    /// A flow with a random hash: the seed decides which hash the first flow has, the second, and so
    /// on.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let first_two = |seed| {
    ///     let host = Host::builder().seed(seed).build();
    ///     [host.flow().hash(), host.flow().hash()]
    /// };
    /// assert_eq!(first_two(1), first_two(1));
    /// assert_ne!(first_two(1), first_two(2));
    /// ```
    #[must_use]
    pub fn flow(&self) -> Flow {
        let hash = self.shared.random_hash(&mut self.shared.flow_hashes.lock());
        Flow::new(&self.shared, hash)
    }

    /// A flow with this hash.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// assert_eq!(host.flow_with_hash(7).hash(), 7);
    /// ```
    #[must_use]
    pub fn flow_with_hash(&self, hash: u64) -> Flow {
        Flow::new(&self.shared, hash)
    }

    /// Runs the flow init callbacks on the current thread with NULL for the `ThreadVars`, as the
    /// host's own unit tests do.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics).
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCFlowRegisterInitCallback;
    /// # use suricata_thread_sys::{Flow, Packet, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(tv: *mut ThreadVars, _: *mut Flow, _: *const Packet, _: *mut c_void) {
    /// #     FLOWS.fetch_add(u64::from(tv.is_null()), Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow` counts the calls with NULL in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterInitCallback(Some(on_flow), null_mut()) };
    /// host.flow_init_without_thread(&host.flow());
    /// assert_eq!(FLOWS.load(Relaxed), 1);
    /// ```
    pub fn flow_init_without_thread(&self, flow: &Flow) {
        let packet = Packet::new();
        self.without_thread(
            "Host::flow_init_without_thread",
            Event::FlowInit(flow.as_ptr(), packet.as_ptr()),
        );
    }

    /// Runs the flow update callbacks on the current thread with NULL for the `ThreadVars`.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics).
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCFlowRegisterUpdateCallback;
    /// # use suricata_thread_sys::{Flow, Packet, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(tv: *mut ThreadVars, _: *mut Flow, _: *mut Packet, _: *mut c_void) {
    /// #     FLOWS.fetch_add(u64::from(tv.is_null()), Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow` counts the calls with NULL in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterUpdateCallback(Some(on_flow), null_mut()) };
    /// host.flow_update_without_thread(&host.flow());
    /// assert_eq!(FLOWS.load(Relaxed), 1);
    /// ```
    pub fn flow_update_without_thread(&self, flow: &Flow) {
        let packet = Packet::new();
        self.without_thread(
            "Host::flow_update_without_thread",
            Event::FlowUpdate(flow.as_ptr(), packet.as_ptr()),
        );
    }

    /// Runs the flow finish callbacks on the current thread with NULL for the `ThreadVars`.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics).
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCFlowRegisterFinishCallback;
    /// # use suricata_thread_sys::{Flow, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(tv: *mut ThreadVars, _: *mut Flow, _: *mut c_void) {
    /// #     FLOWS.fetch_add(u64::from(tv.is_null()), Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow` counts the calls with NULL in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterFinishCallback(Some(on_flow), null_mut()) };
    /// host.flow_finish_without_thread(host.flow());
    /// assert_eq!(FLOWS.load(Relaxed), 1);
    /// ```
    pub fn flow_finish_without_thread(&self, flow: Flow) {
        flow.finish(&self.shared, |event| {
            self.without_thread("Host::flow_finish_without_thread", event);
        });
    }

    fn without_thread(&self, what: &str, event: Event) {
        context::assert_drivable(&self.shared, what);
        callbacks::run(&self.shared, None, event);
    }
}
