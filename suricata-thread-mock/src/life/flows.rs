//! Single flows of a host.

use std::time::Duration;

use crate::calling::context;
use crate::calling::flows::{self, FlowEvent};
use crate::life::flows_left;
use crate::life::host::Host;
use crate::noun::flow::{Endpoints, Packet, TCP};
use crate::state::flow::Flow;
use crate::state::host::HostState;

const BETWEEN_PACKETS: Duration = Duration::from_millis(1);

impl Host {
    /// Returns a flow with a random hash, which depends on the seed and on earlier flows.
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
        self.begin_made_up(self.state.flows.next_hash())
    }

    /// Returns a flow with the given hash.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// assert_eq!(host.flow_with_hash(7).hash(), 7);
    /// ```
    #[must_use]
    pub fn flow_with_hash(&self, hash: u64) -> Flow {
        self.begin_made_up(hash)
    }

    /// Returns a flow between the given endpoints, whose hash depends on them and the seed.
    ///
    /// ```
    /// # use suricata_thread_mock::{Endpoints, Host};
    /// let [client, server] = ["[2001:db8::1]:4000", "[2001:db8::2]:53"].map(|a| a.parse().unwrap());
    /// let udp = Endpoints::new(client, server, 17);
    /// let host = Host::new();
    /// assert_eq!(host.flow_between(udp).endpoints(), udp);
    /// ```
    #[must_use]
    pub fn flow_between(&self, endpoints: Endpoints) -> Flow {
        self.begin(self.state.flows.hash_of(endpoints), endpoints)
    }

    pub(crate) fn begin_made_up(&self, hash: u64) -> Flow {
        let number = self.state.flows.take_numbers(1);
        self.begin(hash, Endpoints::made_up(number, TCP))
    }

    pub(crate) fn begin(&self, hash: u64, endpoints: Endpoints) -> Flow {
        let table = self.state.flow_slots.table();
        Flow(self.state.flows.begin(hash, table, endpoints))
    }

    /// Advances the clock of packets, and ends the flows that time out.
    ///
    /// As in Suricata without `flow-timeouts` settings, a flow times out after 30 seconds if
    /// packets went in one direction only, otherwise after 300. Workers retire TCP flows with more
    /// than three packets, without the finish callbacks. [`Host::traffic`] says which thread
    /// finishes the others.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says, in a job that would wait for itself, or while traffic
    /// of this host runs.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// let threads = host.start(RunMode::Single);
    /// let flow = host.flow();
    /// threads.workers[0].flow_init(&flow);
    /// threads.workers[0].flow_update(&flow);
    /// host.let_time_pass(Duration::from_secs(29));
    /// assert!(!flow.has_ended());
    /// host.let_time_pass(Duration::from_secs(1));
    /// assert!(flow.has_ended());
    /// ```
    #[track_caller]
    pub fn let_time_pass(&self, time: Duration) {
        let _alone = self.traffic_alone("Host::let_time_pass");
        self.state.flows.pass(time);
        let flows = self.state.flows.begun(true);
        let threads = self.state.threads.list.lock().clone();
        flows_left::end(&self.state, &threads, flows, "Host::let_time_pass");
    }

    /// Runs the flow init callbacks on the current thread with NULL for the `ThreadVars`, as
    /// Suricata's own unit tests do.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says, or if the flow is over or of another host.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// plugin::register_flow_callbacks();
    /// let flow = host.flow();
    /// host.flow_init_without_thread(&flow);
    /// host.flow_update_without_thread(&flow);
    /// host.flow_finish_without_thread(flow);
    /// assert_eq!(plugin::calls(), 3);
    /// ```
    #[track_caller]
    pub fn flow_init_without_thread(&self, flow: &Flow) {
        self.without_thread(
            "Host::flow_init_without_thread",
            FlowEvent::Init(&flow.0, &Packet::new()),
        );
    }

    /// Runs the flow update callbacks on the current thread with NULL for the `ThreadVars`.
    ///
    /// # Panics
    ///
    /// Panics as [`flow_init_without_thread`](Host::flow_init_without_thread) does.
    #[track_caller]
    pub fn flow_update_without_thread(&self, flow: &Flow) {
        let packet = Packet::new();
        let update = next_update(&self.state, flow, &packet, Duration::ZERO);
        self.without_thread("Host::flow_update_without_thread", update);
    }

    /// Runs the flow finish callbacks on the current thread with NULL for the `ThreadVars`, then
    /// frees the flow's storage.
    ///
    /// # Panics
    ///
    /// Panics as [`flow_init_without_thread`](Host::flow_init_without_thread) does.
    #[track_caller]
    pub fn flow_finish_without_thread(&self, flow: Flow) {
        let finish = FlowEvent::Finish(&flow.0);
        self.without_thread("Host::flow_finish_without_thread", finish);
    }

    #[track_caller]
    fn without_thread(&self, call: &str, event: FlowEvent<'_>) {
        context::assert_drivable(&self.state, call);
        assert_ran(flows::run(&self.state, None, event), call);
    }
}

#[track_caller]
pub(crate) fn assert_ran(ran: bool, call: &str) {
    assert!(
        ran,
        "{call} was called for a flow of another host, or one that is over: it has timed out, or its host was shut down"
    );
}

pub(crate) fn next_update<'a>(
    host: &HostState,
    flow: &'a Flow,
    packet: &'a Packet,
    later: Duration,
) -> FlowEvent<'a> {
    let time = host.flows.pass(BETWEEN_PACKETS) + later;
    FlowEvent::Update {
        flow: &flow.0,
        packet,
        to_server: flow.0.next_goes_to_server(),
        time,
    }
}
