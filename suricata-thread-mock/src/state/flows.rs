//! The flows of a host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::noun::flow::{Endpoints, START};
use crate::noun::rng::Rng;
use crate::noun::slot::Table;
use crate::noun::token;
use crate::state::cells::Cells;
use crate::state::flow::FlowState;

/// Which flows there are, which were, and which come next.
pub(crate) struct Flows {
    /// The number of the host.
    host: u32,
    /// Held while traffic runs.
    pub(crate) traffic: Mutex<()>,
    /// The hashes of the flows to come from [`Host::flow`](crate::Host::flow).
    hashes: Mutex<Rng>,
    live: Mutex<FxHashMap<usize, Arc<FlowState>>>,
    /// Where the flows were that are retired, the last one last.
    retired: Mutex<Vec<usize>>,
    numbers: AtomicU64,
    seed_used: AtomicBool,
    /// The time of packets, in microseconds since 1970.
    now: AtomicU64,
}

impl Flows {
    pub(crate) fn new(host: u32, seed: u64) -> Self {
        Self {
            host,
            traffic: Mutex::default(),
            // Other numbers than those of traffic, which begin with the seed itself.
            hashes: Mutex::new(Rng::new(seed.rotate_left(32))),
            live: Mutex::default(),
            retired: Mutex::default(),
            numbers: AtomicU64::new(0),
            seed_used: AtomicBool::new(false),
            now: AtomicU64::new(START.as_micros() as u64),
        }
    }

    /// The first of so many numbers of flows that nobody else gets.
    pub(crate) fn take_numbers(&self, count: u64) -> u64 {
        self.numbers.fetch_add(count, Ordering::Relaxed)
    }

    /// A flow where the last one was that this host has retired, or at an address of its own.
    pub(crate) fn begin(&self, hash: u64, table: Table, endpoints: Endpoints) -> Arc<FlowState> {
        let retired = self.retired.lock().pop();
        let token = match retired {
            Some(retired) => retired,
            None => token::new(),
        };
        let number = self.take_numbers(1);
        let flow = FlowState::new(
            self.host,
            number,
            hash,
            Cells::of_flow(token, table),
            endpoints,
        );
        let flow = Arc::new(flow);
        self.live.lock().insert(token, Arc::clone(&flow));
        flow
    }

    /// A flow is retired: another one may be where it was from now on.
    pub(crate) fn retire(&self, flow: &FlowState) {
        flow.is_retired.store(true, Ordering::Relaxed);
        self.live.lock().remove(&flow.cells.token);
        self.retired.lock().push(flow.cells.token);
    }

    pub(crate) fn find(&self, token: usize) -> Option<Arc<FlowState>> {
        self.live.lock().get(&token).cloned()
    }

    pub(crate) fn was_retired(&self, token: usize) -> bool {
        self.retired.lock().contains(&token)
    }

    /// The flows that have begun, in the order of creation; only those that have timed out, if so asked.
    pub(crate) fn begun(&self, only_timed_out: bool) -> Vec<Arc<FlowState>> {
        let now = self.now();
        let live = self.live.lock();
        let is_meant = |flow: &&Arc<FlowState>| {
            let has_begun = flow.has_begun.load(Ordering::Relaxed);
            has_begun && (!only_timed_out || flow.times_out_at() <= now)
        };
        let mut begun: Vec<_> = live.values().filter(is_meant).cloned().collect();
        begun.sort_unstable_by_key(|flow| flow.number);
        begun
    }

    pub(crate) fn now(&self) -> Duration {
        Duration::from_micros(self.now.load(Ordering::Relaxed))
    }

    /// Lets time pass, and returns what time it is then.
    pub(crate) fn pass(&self, time: Duration) -> Duration {
        let passed = time.as_micros() as u64;
        Duration::from_micros(self.now.fetch_add(passed, Ordering::Relaxed) + passed)
    }

    /// The next hash of `rng`, on which failures may depend from now on.
    pub(crate) fn random_hash(&self, rng: &mut Rng) -> u64 {
        self.seed_used.store(true, Ordering::Relaxed);
        rng.next()
    }

    /// The next hash of a single flow.
    pub(crate) fn next_hash(&self) -> u64 {
        self.random_hash(&mut self.hashes.lock())
    }

    /// Whether the seed has decided what a flow is like.
    pub(crate) fn seed_was_used(&self) -> bool {
        self.seed_used.load(Ordering::Relaxed)
    }
}
