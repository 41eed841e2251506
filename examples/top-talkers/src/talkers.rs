//! Counting with bounded memory, and merging the counts.

use std::cmp::Reverse;
use std::net::IpAddr;
use std::num::NonZeroUsize;

use datasketches::frequencies::{ErrorType, FrequentItemsSketch};
use lru::LruCache;
use rustc_hash::FxBuildHasher;

/// How many talkers are reported.
pub const TOP: usize = 10;

/// How many flows a worker remembers the source of, at about 100 bytes each. Packets of flows that
/// it has forgotten, which are those that were idle the longest, are of unknown source.
pub const FLOWS_PER_WORKER: usize = 1 << 16;

/// The size of a sketch, a power of 2. It holds three quarters as many sources exactly. With more,
/// a count may be wrong, by less than 3.5 / size of all packets: less than one in a thousand.
const SKETCH: usize = 1 << 12;

/// What a worker has counted.
pub(crate) struct Talkers {
    /// By the address of the flow in the host's memory, which is never looked behind. The host uses
    /// it for another flow later, which begins on the worker that gets its packets: there what an
    /// earlier flow left is replaced. On another worker it stays, and a packet that strays to that
    /// one is counted for it.
    flows: LruCache<usize, Talk, FxBuildHasher>,
    /// Of flows that are no longer in `flows`.
    sketch: FrequentItemsSketch<IpAddr>,
    begun: u64,
    unattributed: u64,
}

/// The packets of one flow.
struct Talk {
    source: IpAddr,
    packets: u64,
}

impl Default for Talkers {
    fn default() -> Self {
        let flows = const { NonZeroUsize::new(FLOWS_PER_WORKER).unwrap() };
        Self {
            flows: LruCache::with_hasher(flows, FxBuildHasher),
            sketch: FrequentItemsSketch::new(SKETCH),
            begun: 0,
            unattributed: 0,
        }
    }
}

impl Talkers {
    pub(crate) fn begin(&mut self, flow: usize, source: Option<IpAddr>) {
        self.begun += 1;
        // Either way, what is pushed out has been counted to its end.
        let over = match source {
            Some(source) => self.flows.push(flow, Talk { source, packets: 0 }),
            None => self.flows.pop_entry(&flow),
        };
        if let Some((_, talk)) = over {
            self.sketch.update_with_count(talk.source, talk.packets);
        }
    }

    /// The packet path: one look-up, in memory of this worker's own.
    pub(crate) fn packet(&mut self, flow: usize) {
        match self.flows.get_mut(&flow) {
            Some(talk) => talk.packets += 1,
            None => self.unattributed += 1,
        }
    }
}

/// What the workers that have ended have counted.
pub(crate) struct Report {
    sketch: FrequentItemsSketch<IpAddr>,
    pub(crate) flows: u64,
    pub(crate) packets: u64,
    pub(crate) unattributed: u64,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            sketch: FrequentItemsSketch::new(SKETCH),
            flows: 0,
            packets: 0,
            unattributed: 0,
        }
    }
}

impl Report {
    pub(crate) fn add(&mut self, talkers: &mut Talkers) {
        while let Some((_, talk)) = talkers.flows.pop_lru() {
            talkers.sketch.update_with_count(talk.source, talk.packets);
        }
        self.sketch.merge(&talkers.sketch);
        self.flows += talkers.begun;
        self.unattributed += talkers.unattributed;
        self.packets = self.sketch.total_weight() + self.unattributed;
    }

    /// The heaviest sources, heaviest first: the least and the most packets that each can have.
    pub(crate) fn top(&self) -> Vec<(IpAddr, u64, u64)> {
        let rows = self.sketch.frequent_items(ErrorType::NoFalseNegatives);
        let rows = rows.iter();
        let bounds = rows.map(|row| (*row.item(), row.lower_bound(), row.upper_bound()));
        let mut top: Vec<_> = bounds.collect();
        top.sort_by_key(|&(source, at_least, _)| (Reverse(at_least), source));
        top.truncate(TOP);
        top
    }
}
