//! Traffic, and what became of it.

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
}

impl Default for Traffic {
    /// 100 flows of 10 packets, threads running at the same time.
    fn default() -> Self {
        Self {
            flows: 100,
            packets_per_flow: 10,
            stop_after: None,
            one_at_a_time: false,
        }
    }
}

/// What the host saw.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrafficReport {
    /// The host's seed.
    pub seed: u64,
    /// Flows that began, which are those that were finished.
    pub flows: u64,
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
    /// Packets of those.
    pub packets: u64,
}

impl TrafficReport {
    pub(crate) fn of(seed: u64, workers: Vec<WorkerTraffic>) -> Self {
        Self {
            seed,
            flows: workers.iter().map(|w| w.flows).sum(),
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
            packets: 0,
        }
    }
}
