//! The flows of a host.

use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::noun::flow::{Endpoints, START};
use crate::noun::rng::Rng;
use crate::noun::slot::Table;
use crate::noun::token;
use crate::state::cells::Cells;
use crate::state::flow::FlowState;

pub(crate) struct Flows {
    host: u32,
    seed: u64,
    /// Locked while traffic runs.
    pub(crate) traffic: Mutex<()>,
    /// Random hashes of [`Host::flow`](crate::Host::flow).
    hashes: Mutex<Rng>,
    live: Mutex<FxHashMap<usize, Arc<FlowState>>>,
    /// Tokens of ended flows, the last one last.
    ended: Mutex<Vec<usize>>,
    numbers: AtomicU64,
    seed_used: AtomicBool,
    /// In microseconds since 1970.
    now: AtomicU64,
}

impl Flows {
    pub(crate) fn new(host: u32, seed: u64) -> Self {
        Self {
            host,
            seed,
            traffic: Mutex::default(),
            // Traffic begins with the seed itself, so its hashes differ.
            hashes: Mutex::new(Rng::new(seed.rotate_left(32))),
            live: Mutex::default(),
            ended: Mutex::default(),
            numbers: AtomicU64::new(0),
            seed_used: AtomicBool::new(false),
            now: AtomicU64::new(START.as_micros() as u64),
        }
    }

    /// Reserves numbers, and returns the first one.
    pub(crate) fn take_numbers(&self, count: u64) -> u64 {
        self.numbers.fetch_add(count, Ordering::Relaxed)
    }

    /// Begins a flow at the address of the one that ended last, if any.
    pub(crate) fn begin(&self, hash: u64, table: Table, endpoints: Endpoints) -> Arc<FlowState> {
        let ended = self.ended.lock().pop();
        let token = match ended {
            Some(ended) => ended,
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

    /// Frees the flow's address.
    pub(crate) fn end(&self, flow: &FlowState) {
        flow.has_ended.store(true, Ordering::Relaxed);
        self.live.lock().remove(&flow.cells.token);
        self.ended.lock().push(flow.cells.token);
    }

    pub(crate) fn find(&self, token: usize) -> Option<Arc<FlowState>> {
        self.live.lock().get(&token).cloned()
    }

    pub(crate) fn has_ended(&self, token: usize) -> bool {
        self.ended.lock().contains(&token)
    }

    /// Returns the flows that have begun, in the order of creation.
    pub(crate) fn begun(&self, only_timed_out: bool) -> Vec<Arc<FlowState>> {
        let now = self.now();
        let live = self.live.lock();
        let is_wanted = |flow: &&Arc<FlowState>| {
            let has_begun = flow.has_begun.load(Ordering::Relaxed);
            has_begun && (!only_timed_out || flow.times_out_at() <= now)
        };
        let mut begun: Vec<_> = live.values().filter(is_wanted).cloned().collect();
        begun.sort_unstable_by_key(|flow| flow.number);
        begun
    }

    pub(crate) fn now(&self) -> Duration {
        Duration::from_micros(self.now.load(Ordering::Relaxed))
    }

    /// Advances the clock, at most to its end, and returns the new time.
    pub(crate) fn pass(&self, time: Duration) -> Duration {
        let passed = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let later = |now: u64| now.saturating_add(passed);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        let before = self.now.fetch_update(set, fetch, |now| Some(later(now)));
        Duration::from_micros(before.map_or_else(later, later))
    }

    /// Returns a random number; from now on, failures may depend on the seed.
    pub(crate) fn random_hash(&self, rng: &mut Rng) -> u64 {
        self.seed_used.store(true, Ordering::Relaxed);
        rng.next()
    }

    /// Returns the same hash in both directions, so that flows between two endpoints have one
    /// worker, as in Suricata.
    pub(crate) fn hash_of(&self, endpoints: Endpoints) -> u64 {
        let Endpoints {
            source,
            destination,
            protocol,
        } = endpoints;
        let [one, other] = [source, destination].map(|end| {
            let ip = match end.ip() {
                IpAddr::V4(ip) => ip.to_bits().into(),
                IpAddr::V6(ip) => ip.to_bits(),
            };
            FxBuildHasher.hash_one((ip, end.port(), protocol))
        });
        self.random_hash(&mut Rng::new(self.seed ^ one.wrapping_add(other)))
    }

    pub(crate) fn next_hash(&self) -> u64 {
        self.random_hash(&mut self.hashes.lock())
    }

    pub(crate) fn seed_was_used(&self) -> bool {
        self.seed_used.load(Ordering::Relaxed)
    }
}
