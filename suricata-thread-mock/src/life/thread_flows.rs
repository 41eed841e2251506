//! Flow events on a thread.

use std::time::Duration;

use crate::calling::flows::{self, FlowEvent};
use crate::calling::handles::Handle;
use crate::life::flows::{assert_ran, next_update};
use crate::life::job::{rethrow, run_all};
use crate::life::thread::Thread;
use crate::noun::flow::Packet;
use crate::noun::job::Work;
use crate::state::flow::Flow;

impl Thread {
    #[track_caller]
    pub(crate) fn flow_event(&self, call: &'static str, event: FlowEvent<'_>) {
        let Handle { host, thread } = &self.handle;
        let mut ran = false;
        let work: Work<'_> = Box::new(|| ran = flows::run(host, Some(thread), event));
        if let Err(payload) = run_all(call, vec![(&self.handle, work)]) {
            rethrow(payload);
        }
        assert_ran(ran, call);
    }

    /// Runs the flow init callbacks on the thread, as for the first packet of a flow.
    ///
    /// # Panics
    ///
    /// Panics if the flow is over or of another host, or as [`Thread`] says.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// plugin::register_flow_callbacks();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
    /// let flow = host.flow();
    /// worker.flow_init(&flow);
    /// worker.flow_update(&flow);
    /// worker.flow_update(&flow);
    /// recycler.flow_finish(flow);
    /// assert_eq!(plugin::calls(), 4);
    /// ```
    #[track_caller]
    pub fn flow_init(&self, flow: &Flow) {
        self.flow_event(
            "Thread::flow_init",
            FlowEvent::Init(&flow.0, &Packet::new()),
        );
    }

    /// Runs the flow update callbacks on the thread, as for a packet 1 ms after the host's last
    /// one.
    ///
    /// # Panics
    ///
    /// Panics as [`flow_init`](Thread::flow_init) does.
    #[track_caller]
    pub fn flow_update(&self, flow: &Flow) {
        let packet = Packet::new();
        let update = next_update(&self.handle.host, flow, &packet, Duration::ZERO);
        self.flow_event("Thread::flow_update", update);
    }

    /// Runs the flow finish callbacks on the thread, then frees the flow's storage.
    ///
    /// [`FlowKind`](crate::FlowKind) lists the flows that end like this.
    ///
    /// # Panics
    ///
    /// Panics as [`flow_init`](Thread::flow_init) does.
    #[track_caller]
    pub fn flow_finish(&self, flow: Flow) {
        self.flow_event("Thread::flow_finish", FlowEvent::Finish(&flow.0));
    }

    /// Frees the flow's storage on the thread, without the flow finish callbacks, as Suricata's
    /// workers do.
    ///
    /// [`FlowKind`](crate::FlowKind) lists the flows that end like this.
    ///
    /// # Panics
    ///
    /// Panics as [`flow_init`](Thread::flow_init) does.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// let flow = host.flow();
    /// worker.flow_init(&flow);
    /// worker.flow_update(&flow);
    /// worker.flow_retire(flow);
    /// ```
    #[track_caller]
    pub fn flow_retire(&self, flow: Flow) {
        self.flow_event("Thread::flow_retire", FlowEvent::Retire(&flow.0));
    }
}
