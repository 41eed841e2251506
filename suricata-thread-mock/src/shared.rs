//! What all parts of a host share, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use parking_lot::{Condvar, Mutex};
use suricata_thread_sys::Generation;
use suricata_thread_sys::common::SCLogLevel;

use crate::builder::Builder;
use crate::c_api::Function;
use crate::callbacks::Callbacks;
use crate::context;
use crate::fault::Faults;
use crate::held::Held;
use crate::log::LogLine;
use crate::report::{ReportKind, Reports};
use crate::rng::{self, Rng};
use crate::slots::Slots;
use crate::thread::{LeftValue, ThreadState};

/// How many hosts the process has had.
static HOSTS: AtomicU32 = AtomicU32::new(0);

/// What all parts of a host share.
pub(crate) struct Shared {
    main: ThreadId,
    pub(crate) generation: Generation,
    /// From 1; no other host of the process has it.
    pub(crate) number: u32,
    pub(crate) log_level: SCLogLevel,
    pub(crate) log: Mutex<Vec<LogLine>>,
    pub(crate) seed: u64,
    pub(crate) record_only: bool,
    pub(crate) reports: Reports,
    pub(crate) faults: Faults,
    pub(crate) slots: Slots,
    pub(crate) callbacks: Callbacks,
    pub(crate) registering: AtomicUsize,
    pub(crate) held: Mutex<Held>,
    /// Whether values may be in several slots; `held` is empty then.
    pub(crate) shared_values: bool,
    pub(crate) threads: Mutex<Vec<Arc<ThreadState>>>,
    pub(crate) threads_created: AtomicBool,
    /// Held while traffic runs.
    pub(crate) traffic: Mutex<()>,
    /// The hashes of the flows to come from [`Host::flow`].
    pub(crate) flow_hashes: Mutex<Rng>,
    /// Where the flows were that are over, the last one last.
    pub(crate) finished_flows: Mutex<Vec<usize>>,
    /// Whether the seed has decided what a flow is like.
    pub(crate) seed_used: AtomicBool,
    pub(crate) left: Mutex<Vec<LeftValue>>,
    phase: Mutex<Phase>,
    phase_changed: Condvar,
    ended: AtomicBool,
}

#[derive(Default)]
struct Phase {
    /// Threads that are being created right now.
    creating: usize,
    /// No more threads: the host shuts down or has shut down.
    closing: bool,
    /// Every thread is gone.
    down: bool,
}

impl Shared {
    pub(crate) fn new(how: &Builder, generation: Generation) -> Self {
        let seed = how.seed.unwrap_or_else(rng::random_seed);
        Self {
            main: thread::current().id(),
            generation,
            number: HOSTS.fetch_add(1, Ordering::Relaxed) + 1,
            log_level: how.log_level,
            log: Mutex::default(),
            seed,
            record_only: how.record_only,
            reports: Reports::default(),
            faults: Faults::default(),
            slots: Slots::default(),
            callbacks: Callbacks::default(),
            registering: AtomicUsize::new(0),
            held: Mutex::default(),
            shared_values: how.shared_values,
            threads: Mutex::default(),
            threads_created: AtomicBool::new(false),
            traffic: Mutex::default(),
            // Other numbers than those of traffic, which begin with the seed itself.
            flow_hashes: Mutex::new(Rng::new(seed.rotate_left(32))),
            finished_flows: Mutex::default(),
            seed_used: AtomicBool::new(false),
            left: Mutex::default(),
            phase: Mutex::default(),
            phase_changed: Condvar::new(),
            ended: AtomicBool::new(false),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// See [`Reports::add`].
    pub(crate) fn report(&self, kind: ReportKind, key: String, message: String) {
        self.reports.add(kind, key, message);
    }

    /// Whether the current thread is the host's main one.
    pub(crate) fn is_main(&self) -> bool {
        thread::current().id() == self.main
    }

    /// The current thread's name as the host's log would have it.
    pub(crate) fn thread_name(&self) -> String {
        if self.is_main() {
            "Suricata-Main".to_owned()
        } else {
            context::os_thread_name()
        }
    }

    /// Reports and refuses a call of a function that this host's generation does not have: one
    /// report, since whoever picks the wrong set of names calls all of it.
    pub(crate) fn lacks(&self, function: Function) -> bool {
        let Some(of) = function.generation.filter(|of| *of != self.generation) else {
            return false;
        };
        let call = function.name;
        self.report(
            ReportKind::OtherGeneration,
            "other generation".to_owned(),
            format!(
                "{call} was called on thread `{}`: expected only functions of {}, which this host \
                 plays, actually one of {of}. A real {} has no {call}: it would not load the \
                 plugin, or leave NULL in a weak reference. Under the mock, which has the names of \
                 all, ask `unsigned int suricata_thread_mock_generation_1(void)`, which returns {} \
                 here",
                self.thread_name(),
                self.generation,
                self.generation,
                self.generation.major(),
            ),
        );
        true
    }

    /// Reports and refuses a call of a function of the host's own by plugin code.
    pub(crate) fn refuses_to_plugins(&self, call: &str) -> bool {
        if context::plugin_code().is_none() {
            return false;
        }
        self.report(
            ReportKind::HostFunction,
            format!("{call} {}", self.thread_name()),
            format!(
                "{call} was called by plugin code on thread `{}`: expected only the host to call \
                 it. The call was ignored; Suricata would obey, and lose what it has registered or \
                 free what is in use",
                self.thread_name()
            ),
        );
        true
    }

    /// A thread is about to be created; `false` where the host takes no more.
    pub(crate) fn begin_creation(&self) -> bool {
        let mut phase = self.phase.lock();
        if phase.closing {
            return false;
        }
        phase.creating += 1;
        true
    }

    pub(crate) fn end_creation(&self) {
        self.phase.lock().creating -= 1;
        self.phase_changed.notify_all();
    }

    /// Stops and joins every thread, and frees what the host frees, in its order.
    pub(crate) fn take_down(&self) {
        {
            let mut phase = self.phase.lock();
            if phase.closing {
                while !phase.down {
                    self.phase_changed.wait(&mut phase);
                }
                return;
            }
            phase.closing = true;
            while phase.creating > 0 {
                self.phase_changed.wait(&mut phase);
            }
        }
        // Also when a wait is refused, so that nobody waits for this for ever.
        let _down = Down(self);
        let threads = self.threads.lock().clone();
        take_down(&threads);
    }

    /// The process ends: nothing of this host answers any more.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.slots.end();
        self.callbacks.keep_for_ever();
        let threads = std::mem::take(&mut *self.threads.lock());
        for thread in &threads {
            thread.end();
        }
    }

    pub(crate) fn left(&self, value: LeftValue) {
        self.left.lock().push(value);
    }
}

/// The threads of a host are down when this is dropped.
struct Down<'a>(&'a Shared);

impl Drop for Down<'_> {
    fn drop(&mut self) {
        self.0.phase.lock().down = true;
        self.0.phase_changed.notify_all();
    }
}

/// Joins threads, then frees their storage: that of the threads that manage flows and counters
/// first, that of the threads that handle packets after, each in the order of creation; seen in
/// Suricata 8.0.8.
pub(crate) fn take_down(threads: &[Arc<ThreadState>]) {
    for thread in threads {
        thread.join("shutdown");
    }
    let (packets, others): (Vec<_>, Vec<_>) =
        threads.iter().partition(|t| t.kind.handles_packets());
    for thread in others.into_iter().chain(packets) {
        thread.free("shutdown");
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("generation", &self.generation)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
