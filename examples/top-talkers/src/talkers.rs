//! Counts the packets of sources in bounded memory, and merges the counts.

use std::cmp::Reverse;
use std::net::IpAddr;

use datasketches::frequencies::{ErrorType, FrequentItemsSketch};

/// The number of sources in the report.
pub const TOP: usize = 10;

/// The size of a sketch, a power of 2. It holds three quarters as many sources exactly. With more,
/// a count may be wrong, by less than 3.5 / size of all packets: less than one in a thousand.
const SKETCH: usize = 1 << 12;

/// The counts of flows that have ended.
pub(crate) struct Talkers {
    sketch: FrequentItemsSketch<IpAddr>,
    pub(crate) flows: u64,
    /// Packets of unknown source.
    pub(crate) of_unknown_source: u64,
}

impl Default for Talkers {
    fn default() -> Self {
        Self {
            sketch: FrequentItemsSketch::new(SKETCH),
            flows: 0,
            of_unknown_source: 0,
        }
    }
}

impl Talkers {
    /// Adds a flow.
    pub(crate) fn add(&mut self, source: Option<IpAddr>, packets: u64) {
        self.flows += 1;
        match source {
            Some(source) => self.sketch.update_with_count(source, packets),
            None => self.of_unknown_source += packets,
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.sketch.merge(&other.sketch);
        self.flows += other.flows;
        self.of_unknown_source += other.of_unknown_source;
    }

    pub(crate) fn packets(&self) -> u64 {
        self.sketch.total_weight() + self.of_unknown_source
    }

    /// Returns the heaviest sources, heaviest first, each with the least and the most packets that it
    /// can have.
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
