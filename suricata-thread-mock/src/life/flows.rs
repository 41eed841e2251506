//! Single flows of a host.

use crate::calling::{callbacks, context};
use crate::life::host::Host;
use crate::noun::event::Event;
use crate::noun::flow::{Flow, Packet};

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
        self.state.flows.random()
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
        self.state.flows.begin(hash)
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
        self.state.flows.retire(flow, |flow| {
            let finish = Event::FlowFinish(flow.as_ptr());
            self.without_thread("Host::flow_finish_without_thread", finish);
        });
    }

    fn without_thread(&self, what: &str, event: Event) {
        context::assert_drivable(&self.state, what);
        callbacks::run(&self.state, None, event);
    }
}
