//! Traffic, and what became of it.

use std::time::Duration;

use crate::noun::flow::{Endpoints, START, TCP, UDP};

/// What to send through the host.
///
/// ```
/// use suricata_thread_mock::Traffic;
///
/// let traffic = Traffic { flows: 200, packets_per_flow: 8, ..Traffic::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// How many flows.
    pub flows: u64,
    /// How many packets each has; one at least.
    pub packets_per_flow: u64,
    /// Stop after this many packets. Flows that have begun are finished, as when Suricata is
    /// stopped; the others never begin. Where the threads run at the same time, the seed decides
    /// how many of the packets each worker handles.
    pub stop_after: Option<u64>,
    /// One thread at a time, in an order that the seed decides: what one run does, the next does
    /// again, over all threads. Otherwise the threads run at the same time; then the seed decides
    /// which worker has which flow and in which order each worker sees its packets.
    pub one_at_a_time: bool,
    /// The kinds of the flows, in turn: the first flow is of the first kind.
    pub kinds: &'static [FlowKind],
}

/// How a flow ends. What comes of each was seen in Suricata 8.0.8 and 9.0.0-dev.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlowKind {
    /// A conversation of TCP with a handshake and data that Suricata has not inspected to its end, which is the rule: its
    /// worker retires it, **without** the finish callbacks.
    TcpWithData,
    /// A flow of UDP: the flow recycler retires it, with the finish callbacks.
    Udp,
    /// TCP whose pair of ports the worker's next flow uses again: the worker retires it after the first packet of that
    /// one, without the finish callbacks.
    TcpReused,
    /// TCP with a handshake and its end, and no data: the flow recycler retires it, with the finish callbacks.
    TcpWithoutData,
    /// A flow of UDP whose next packet comes after it has timed out, and so begins the worker's next flow: the worker
    /// retires it after that packet, without the finish callbacks.
    UdpTimedOut,
    /// A flow of UDP where the memory for flows is short: its worker retires it, with the finish callbacks. Not among
    /// [`FlowKind::USUAL`].
    MemoryShort,
}

impl FlowKind {
    /// What [`Traffic::default`] has: of five flows in a row the second and the fourth are finished on the flow recycler, the
    /// others are retired by their workers without the finish callbacks.
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

    /// Whether the worker's next flow is between the same ports, and comes before the end of this one.
    pub(crate) fn has_successor(self) -> bool {
        matches!(self, Self::TcpReused | Self::UdpTimedOut)
    }

    /// Whether the finish callbacks run.
    pub(crate) fn is_finished(self) -> bool {
        matches!(self, Self::Udp | Self::TcpWithoutData | Self::MemoryShort)
    }
}

impl Default for Traffic {
    /// 100 flows of 10 packets, of the [usual kinds](FlowKind::USUAL), threads running at the same time.
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

/// What the host saw.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrafficReport {
    /// The host's seed.
    pub seed: u64,
    /// Flows that began, and were retired.
    pub flows: u64,
    /// Those of them for which the finish callbacks ran.
    pub finished: u64,
    /// Packets.
    pub packets: u64,
    /// The share of each worker.
    pub workers: Vec<WorkerTraffic>,
}

/// What one worker saw.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerTraffic {
    /// The worker's name.
    pub thread: String,
    /// Flows that began on it.
    pub flows: u64,
    /// Those of them for which the finish callbacks ran, on whichever thread.
    pub finished: u64,
    /// Packets of those.
    pub packets: u64,
}

impl TrafficReport {
    pub(crate) fn of(seed: u64, workers: Vec<WorkerTraffic>) -> Self {
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
    pub(crate) fn none(worker: &str) -> Self {
        Self {
            thread: worker.to_owned(),
            flows: 0,
            finished: 0,
            packets: 0,
        }
    }
}

/// What happens to the flows of a capture, for [`Host::replay`](crate::Host::replay). Flows are known by any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replayed {
    /// Says who talks with whom in a flow whose packets follow.
    Flow {
        /// Its number.
        flow: u64,
        /// Who talks with whom.
        endpoints: Endpoints,
    },
    /// A packet; the first one of a flow begins it.
    Packet {
        /// The flow's number.
        flow: u64,
        /// Whether it goes to the side that did not begin the flow.
        to_server: bool,
        /// When, since 1970.
        time: Duration,
    },
    /// The flow's worker retires it, without the finish callbacks.
    Retire {
        /// The flow's number, which may be that of another flow afterwards.
        flow: u64,
    },
}

impl From<u64> for Replayed {
    /// A packet of the flow with this number to the server, on a day in 2023.
    fn from(flow: u64) -> Self {
        Self::Packet {
            flow,
            to_server: true,
            time: START,
        }
    }
}
