//! Traffic, and its results.

use std::time::Duration;

use crate::noun::flow::{Endpoints, START, TCP, UDP};

/// Options of [`Host::traffic`](crate::Host::traffic).
///
/// The kind of a flow decides whether it is TCP to port 80 or UDP to port 53. For other endpoints,
/// use [`Host::flow_between`](crate::Host::flow_between) or [`Host::replay`](crate::Host::replay).
///
/// ```
/// use suricata_thread_mock::Traffic;
///
/// let traffic = Traffic { flows: 200, packets_per_flow: 8, ..Traffic::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// The number of flows.
    pub flows: u64,
    /// The number of packets of each flow, at least 1.
    pub packets_per_flow: u64,
    /// The number of packets after which traffic stops, as when Suricata is stopped.
    ///
    /// Then the flows that have begun end, and the others never begin. If threads run at the same
    /// time, the seed decides each worker's share of the packets.
    pub stop_after: Option<u64>,
    /// `true` if one thread runs at a time, in an order that the seed decides: the same seed
    /// repeats the run.
    ///
    /// Otherwise, the seed decides only the flows of each worker and the order of its packets.
    pub one_at_a_time: bool,
    /// The kinds of the flows, taken in turn.
    ///
    /// After [`TcpReused`](FlowKind::TcpReused) or [`UdpTimedOut`](FlowKind::UdpTimedOut), the
    /// worker's next flow has the same endpoints: to count flows by port, leave these kinds out.
    pub kinds: &'static [FlowKind],
}

/// The end of a flow, as seen in Suricata 8.0.8 and 9.0.0-dev.
///
/// A flow that is retired gets **no** finish callbacks; a flow that is finished gets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlowKind {
    /// TCP with a handshake and data, usually not fully inspected: retired by its worker.
    TcpWithData,
    /// UDP: finished on the flow recycler.
    Udp,
    /// TCP whose ports the worker's next flow uses again: retired by the worker after that flow's
    /// first packet.
    TcpReused,
    /// TCP with a handshake, its end, and no data: finished on the flow recycler.
    TcpWithoutData,
    /// UDP whose next packet comes after the timeout and begins the worker's next flow: retired by
    /// the worker after that packet. For other flows, no time passes.
    UdpTimedOut,
    /// UDP when memory for flows is short: finished on its worker.
    MemoryShort,
}

impl FlowKind {
    /// The kinds of [`Traffic::default`].
    pub const USUAL: [Self; 5] = [
        Self::TcpWithData,
        Self::Udp,
        Self::TcpReused,
        Self::TcpWithoutData,
        Self::UdpTimedOut,
    ];

    pub(crate) fn protocol(self) -> u8 {
        match self {
            Self::TcpWithData | Self::TcpReused | Self::TcpWithoutData => TCP,
            Self::Udp | Self::UdpTimedOut | Self::MemoryShort => UDP,
        }
    }

    /// The worker's next flow takes the ports and begins before this one ends.
    pub(crate) fn has_successor(self) -> bool {
        matches!(self, Self::TcpReused | Self::UdpTimedOut)
    }

    pub(crate) fn is_finished(self) -> bool {
        matches!(self, Self::Udp | Self::TcpWithoutData | Self::MemoryShort)
    }
}

impl Default for Traffic {
    /// Returns 100 flows of 10 packets, of the [usual kinds](FlowKind::USUAL); the threads run at
    /// the same time.
    fn default() -> Self {
        Self {
            flows: 100,
            packets_per_flow: 10,
            stop_after: None,
            one_at_a_time: false,
            kinds: &FlowKind::USUAL,
        }
    }
}

/// The result of [`Host::traffic`](crate::Host::traffic) and [`Host::replay`](crate::Host::replay).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrafficReport {
    /// The host's seed.
    pub seed: u64,
    /// The number of flows that began and ended.
    pub flows: u64,
    /// The number of flows whose finish callbacks ran.
    pub finished: u64,
    /// The number of packets of all flows.
    pub packets: u64,
    /// The share of each worker.
    pub workers: Vec<WorkerTraffic>,
}

/// One worker's share of traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerTraffic {
    /// The worker's name.
    pub thread: String,
    /// The number of flows that began on it.
    pub flows: u64,
    /// The number of its flows whose finish callbacks ran, on any thread.
    pub finished: u64,
    /// The number of packets of its flows.
    pub packets: u64,
}

impl TrafficReport {
    pub(crate) fn new(seed: u64, workers: Vec<WorkerTraffic>) -> Self {
        Self {
            seed,
            flows: workers.iter().map(|w| w.flows).sum(),
            finished: workers.iter().map(|w| w.finished).sum(),
            packets: workers.iter().map(|w| w.packets).sum(),
            workers,
        }
    }
}

impl WorkerTraffic {
    pub(crate) fn new(worker: &str) -> Self {
        Self {
            thread: worker.to_owned(),
            flows: 0,
            finished: 0,
            packets: 0,
        }
    }
}

/// An event of a capture, for [`Host::replay`](crate::Host::replay).
///
/// The caller numbers the flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replayed {
    /// Sets the endpoints of a flow whose packets follow.
    Flow {
        /// The flow's number.
        flow: u64,
        /// The flow's endpoints.
        endpoints: Endpoints,
    },
    /// A packet. A flow begins with its first packet.
    Packet {
        /// The flow's number.
        flow: u64,
        /// `true` if the side that began the flow sent it.
        to_server: bool,
        /// The time since 1970.
        time: Duration,
    },
    /// The end of a flow, without the finish callbacks.
    Retire {
        /// The flow's number, which another flow may take afterwards.
        flow: u64,
    },
}

impl From<u64> for Replayed {
    /// Returns a packet of this flow to the server, on a day in 2023.
    fn from(flow: u64) -> Self {
        Self::Packet {
            flow,
            to_server: true,
            time: START,
        }
    }
}
