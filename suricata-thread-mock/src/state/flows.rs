//! The flows of a host.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::noun::flow::Flow;
use crate::noun::rng::Rng;
use crate::noun::token;

/// Which flows there were, and which come next.
pub(crate) struct Flows {
    /// Held while traffic runs.
    pub(crate) traffic: Mutex<()>,
    /// The hashes of the flows to come from [`Host::flow`](crate::Host::flow).
    hashes: Mutex<Rng>,
    /// Where the flows were that are over, the last one last.
    finished: Mutex<Vec<usize>>,
    seed_used: AtomicBool,
}

impl Flows {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            traffic: Mutex::default(),
            // Other numbers than those of traffic, which begin with the seed itself.
            hashes: Mutex::new(Rng::new(seed.rotate_left(32))),
            finished: Mutex::default(),
            seed_used: AtomicBool::new(false),
        }
    }

    /// A flow where the last one was that this host has finished, or at an address of its own.
    pub(crate) fn begin(&self, hash: u64) -> Flow {
        let finished = self.finished.lock().pop();
        let token = match finished {
            Some(finished) => finished,
            None => token::new(),
        };
        Flow { token, hash }
    }

    /// Ends a flow by `finish`; another one may be where it was after that.
    pub(crate) fn retire(&self, flow: Flow, finish: impl FnOnce(&Flow)) {
        finish(&flow);
        self.finished.lock().push(flow.token);
    }

    /// The next hash of `rng`, on which failures may depend from now on.
    pub(crate) fn random_hash(&self, rng: &mut Rng) -> u64 {
        self.seed_used.store(true, Ordering::Relaxed);
        rng.next()
    }

    /// A flow with the next random hash.
    pub(crate) fn random(&self) -> Flow {
        let hash = self.random_hash(&mut self.hashes.lock());
        self.begin(hash)
    }

    /// Whether the seed has decided what a flow is like.
    pub(crate) fn seed_was_used(&self) -> bool {
        self.seed_used.load(Ordering::Relaxed)
    }
}
