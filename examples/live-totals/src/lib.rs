//! Logs totals over all threads while packets flow, without a lock on the packet path.
//!
//! Each thread counts in counters that it alone writes and all threads may read. A lock guards the
//! list of them. A flow may end on any thread, so all threads share one counter of ended flows, which
//! is off the packet path. A worker that finds a report due writes it, without waiting for the lock,
//! so the plugin needs no thread of its own, and the report can go to the host's log.

mod counts;

use std::env;
use std::ffi::OsString;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use suricata_thread::flow::{self, Flow, FlowStorage};
use suricata_thread::{
    self as thread, SCLogError, SCLogNotice, ThreadStorage, ThreadVars, log_limited,
};

use counts::{Counts, Sum};

thread::plugin! {
    name: "live-totals",
    version: env!("CARGO_PKG_VERSION"),
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

/// The number of packets between two looks of a worker at the clock.
pub const PACKETS_PER_LOOK: u64 = 32;

fn init() -> Result<(), &'static str> {
    register(interval(env::var_os("LIVE_TOTALS_SECONDS"))?)
}

/// Returns the time between two reports: 10 seconds, or the value of `LIVE_TOTALS_SECONDS`.
///
/// # Errors
///
/// Returns an error if the value is not a number of seconds above 0.
pub fn interval(value: Option<OsString>) -> Result<Duration, &'static str> {
    let Some(value) = value else {
        return Ok(Duration::from_secs(10));
    };
    let seconds = value.to_str().and_then(|value| value.parse().ok());
    match seconds.map(Duration::try_from_secs_f64) {
        Some(Ok(interval)) if !interval.is_zero() => Ok(interval),
        _ => Err("LIVE_TOTALS_SECONDS is not a number of seconds above 0, such as 10 or 0.5"),
    }
}

/// Registers the plugin's slots and callbacks; `interval` is the time between two reports.
///
/// # Errors
///
/// Returns an error if the host refuses one of them.
pub fn register(interval: Duration) -> Result<(), &'static str> {
    let storage = ThreadStorage::register("live-totals")?;
    let alive = FlowStorage::register("live-totals")?;
    let totals = Arc::new(Totals::new(interval));
    thread::register_init_callback(move |tv| on_thread_init(storage, &totals, tv))?;
    flow::register_init_callback(move |tv, flow, _packet| on_flow_init(storage, alive, tv, flow))?;
    flow::register_update_callback(move |tv, _flow, _packet| on_packet(storage, tv))
}

/// Runs once for each thread, on the thread that creates it.
fn on_thread_init(storage: ThreadStorage<ThreadState>, totals: &Arc<Totals>, tv: &mut ThreadVars) {
    if let Err(error) = storage.get_or_insert_with(tv, || ThreadState::new(totals)) {
        SCLogError!("live-totals: a thread will not be counted: {error}");
    }
}

/// Runs on the worker that picks a flow up.
fn on_flow_init(
    storage: ThreadStorage<ThreadState>,
    alive: FlowStorage<Alive>,
    tv: &ThreadVars,
    flow: &mut Flow,
) {
    let Some(state) = storage.get(tv) else { return };
    state.counts.flows.increment();
    if let Err(error) = alive.get_or_insert_with(flow, || Alive(Arc::clone(&state.totals))) {
        log_limited!(Error, "live-totals: a flow is counted as ended: {error}");
    }
}

/// Runs on the worker for every packet of a flow: the packet path.
fn on_packet(storage: ThreadStorage<ThreadState>, tv: &mut ThreadVars) {
    let Some(state) = storage.get(tv) else { return };
    let packets = state.counts.packets.increment();
    if packets % PACKETS_PER_LOOK == 0 {
        state.totals.report_if_due();
    }
}

/// The value of a flow.
struct Alive(Arc<Totals>);

/// Runs when the flow ends, on the thread that ends it.
impl Drop for Alive {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Release);
    }
}

/// The value of a thread.
struct ThreadState {
    counts: Arc<Counts>,
    totals: Arc<Totals>,
}

impl ThreadState {
    fn new(totals: &Arc<Totals>) -> Self {
        let counts = Arc::new(Counts::default());
        totals.lock().running.push(Arc::clone(&counts));
        // The interval begins when the threads are there, not while the host still reads its rules.
        totals.put_off();
        Self {
            counts,
            totals: Arc::clone(totals),
        }
    }
}

/// Runs when the thread has ended, on the thread that takes it down.
impl Drop for ThreadState {
    fn drop(&mut self) {
        let mut threads = self.totals.lock();
        threads
            .running
            .retain(|counts| !Arc::ptr_eq(counts, &self.counts));
        let own = self.counts.sum();
        threads.ended += own;
        // The list need not be empty: the host never takes down its threads for commands.
        let others_are_idle = || threads.running.iter().all(|c| c.sum() == Sum::default());
        if own != Sum::default() && others_are_idle() {
            self.totals.log("total", || threads.ended);
        }
    }
}

/// State that all threads share.
struct Totals {
    interval: Duration,
    start: Instant,
    /// The time of the next report, in nanoseconds after `start`.
    due: AtomicU64,
    /// The number of ended flows of all threads.
    ended: AtomicU64,
    threads: Mutex<Threads>,
}

#[derive(Default)]
struct Threads {
    running: Vec<Arc<Counts>>,
    ended: Sum,
}

impl Totals {
    fn new(interval: Duration) -> Self {
        let totals = Self {
            interval,
            start: Instant::now(),
            due: AtomicU64::default(),
            ended: AtomicU64::default(),
            threads: Mutex::default(),
        };
        totals.put_off();
        totals
    }

    /// Waits for the lock. The packet path must not call this.
    fn lock(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs the totals if a report is due and nobody holds the lock.
    fn report_if_due(&self) {
        if !self.is_due() {
            return;
        }
        let threads = match self.threads.try_lock() {
            Ok(threads) => threads,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Another worker is reporting, or a thread begins or ends. The next look will do.
            Err(TryLockError::WouldBlock) => return,
        };
        // Another worker may have reported before this one had the lock.
        if self.is_due() {
            self.put_off();
            // Under the lock, so that the lines are in the order of the sums.
            self.log("so far", || {
                let running = threads.running.iter().map(|counts| counts.sum());
                running.fold(threads.ended, |sum, counts| sum + counts)
            });
        }
    }

    fn log(&self, label: &str, sum: impl FnOnce() -> Sum) {
        // The ended flows are read first, with `Acquire`, so that the sum includes their beginnings.
        // The other way round, more flows could have ended than begun.
        let ended = self.ended.load(Acquire);
        let sum = sum();
        let alive = sum.flows - ended;
        SCLogNotice!("live-totals: {label}: {sum}, {alive} flows alive");
    }

    fn is_due(&self) -> bool {
        nanoseconds(self.start.elapsed()) >= self.due.load(Relaxed)
    }

    /// Sets the next report to an interval from now.
    fn put_off(&self) {
        let due = self.start.elapsed().saturating_add(self.interval);
        self.due.store(nanoseconds(due), Relaxed);
    }
}

/// Returns the nanoseconds in `duration`, at most the 584 years that the number can hold.
fn nanoseconds(duration: Duration) -> u64 {
    duration.as_nanos().try_into().unwrap_or(u64::MAX)
}
