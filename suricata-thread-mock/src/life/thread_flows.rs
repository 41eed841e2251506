//! What happens to single flows on a thread.

use crate::calling::callbacks;
use crate::calling::handles::Handle;
use crate::life::job::{rethrow, run_all};
use crate::life::thread::Thread;
use crate::noun::event::Event;
use crate::noun::flow::{Flow, Packet};
use crate::noun::job::Work;

impl Thread {
    pub(crate) fn event(&self, what: &'static str, event: Event) {
        let Handle { host, thread } = &self.handle;
        let work: Work<'_> = Box::new(move || callbacks::run(host, Some(thread), event));
        if let Err(payload) = run_all(what, vec![(&self.handle, work)]) {
            rethrow(payload);
        }
    }

    /// Picks a flow up: runs the flow init callbacks on the thread.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// # use suricata_thread_sys::common::SCFlowRegisterInitCallback;
    /// # use suricata_thread_sys::{Flow, Packet, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(_: *mut ThreadVars, _: *mut Flow, _: *const Packet, _: *mut c_void) {
    /// #     FLOWS.fetch_add(1, Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow` counts its calls in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterInitCallback(Some(on_flow), null_mut()) };
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// worker.flow_init(&host.flow());
    /// assert_eq!(FLOWS.load(Relaxed), 1);
    /// ```
    pub fn flow_init(&self, flow: &Flow) {
        let packet = Packet::new();
        self.event(
            "Thread::flow_init",
            Event::FlowInit(flow.as_ptr(), packet.as_ptr()),
        );
    }

    /// Handles a packet of a flow: runs the flow update callbacks on the thread.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// # use suricata_thread_sys::common::SCFlowRegisterUpdateCallback;
    /// # use suricata_thread_sys::{Flow, Packet, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(_: *mut ThreadVars, _: *mut Flow, _: *mut Packet, _: *mut c_void) {
    /// #     FLOWS.fetch_add(1, Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow` counts its calls in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterUpdateCallback(Some(on_flow), null_mut()) };
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// let flow = host.flow();
    /// worker.flow_update(&flow);
    /// worker.flow_update(&flow);
    /// assert_eq!(FLOWS.load(Relaxed), 2);
    /// ```
    pub fn flow_update(&self, flow: &Flow) {
        let packet = Packet::new();
        self.event(
            "Thread::flow_update",
            Event::FlowUpdate(flow.as_ptr(), packet.as_ptr()),
        );
    }

    /// Retires a flow: runs the flow finish callbacks on the thread. In Suricata that is usually
    /// the flow recycler or the flow manager.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// # use suricata_thread_sys::common::SCFlowRegisterFinishCallback;
    /// # use suricata_thread_sys::{Flow, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(_: *mut ThreadVars, _: *mut Flow, _: *mut c_void) {
    /// #     FLOWS.fetch_add(1, Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow`, a flow finish callback, counts its calls in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterFinishCallback(Some(on_flow), null_mut()) };
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
    /// let flow = host.flow();
    /// worker.flow_init(&flow);
    /// recycler.flow_finish(flow);
    /// assert_eq!(FLOWS.load(Relaxed), 1);
    /// ```
    pub fn flow_finish(&self, flow: Flow) {
        self.handle.host.flows.retire(flow, |flow| {
            self.event("Thread::flow_finish", Event::FlowFinish(flow.as_ptr()));
        });
    }
}
