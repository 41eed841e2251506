//! Totals over all threads while packets flow, without a lock on the packet path.
//!
//! Each thread counts in numbers of its own, which it alone writes and anybody may read. A list of
//! them, behind a lock, is touched when a thread is created, when one is taken down, and when the
//! totals are reported. A flow may end on any thread, so the flows that ended are counted in a number
//! that all share, once for each flow, off the packet path. A worker that finds a report due makes it,
//! without waiting for the lock. So the report goes to the host's log, and no thread is needed for it.

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

/// Every so many of its packets, a worker looks at the clock.
pub const PACKETS_PER_LOOK: u64 = 32;

fn init() -> Result<(), &'static str> {
    register(interval(env::var_os("LIVE_TOTALS_SECONDS"))?)
}

/// The time between two reports, from the value of the environment variable `LIVE_TOTALS_SECONDS`;
/// 10 seconds if it is not set.
///
/// # Errors
///
/// It is not a number of seconds above 0.
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

/// Registers all that the plugin does, with this time between two reports.
///
/// # Errors
///
/// The host refused something.
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

/// What a flow has in its slot.
struct Alive(Arc<Totals>);

/// The flow has ended, whichever way: the host drops this on the thread that retires it.
impl Drop for Alive {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Release);
    }
}

/// What a thread has in its slot.
struct ThreadState {
    counts: Arc<Counts>,
    totals: Arc<Totals>,
}

impl ThreadState {
    fn new(totals: &Arc<Totals>) -> Self {
        let counts = Arc::new(Counts::default());
        totals.lock().running.push(Arc::clone(&counts));
        // The time runs from when the threads are there, not while the host still reads its rules.
        totals.put_off();
        Self {
            counts,
            totals: Arc::clone(totals),
        }
    }
}

/// The thread has ended: the host drops its state on the thread that takes it down.
impl Drop for ThreadState {
    fn drop(&mut self) {
        let mut threads = self.totals.lock();
        threads
            .running
            .retain(|counts| !Arc::ptr_eq(counts, &self.counts));
        let own = self.counts.sum();
        threads.ended += own;
        // Not when the list is empty: the host never takes down its threads for commands.
        let others_are_idle = || threads.running.iter().all(|c| c.sum() == Sum::default());
        if own != Sum::default() && others_are_idle() {
            self.totals.log("total", || threads.ended);
        }
    }
}

/// What all threads share.
struct Totals {
    interval: Duration,
    start: Instant,
    /// When the next report is due, in nanoseconds after `start`.
    due: AtomicU64,
    /// How many flows have ended, of all threads.
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

    /// Waits for the lock: not for the packet path.
    fn lock(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// On the packet path: reports the totals if that is due.
    fn report_if_due(&self) {
        if !self.is_due() {
            return;
        }
        let threads = match self.threads.try_lock() {
            Ok(threads) => threads,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Another worker is reporting, or a thread begins or ends: there is a next look.
            Err(TryLockError::WouldBlock) => return,
        };
        // Another worker may have reported before this one had the lock.
        if self.is_due() {
            self.put_off();
            // With the lock, so that the lines are in the order of the sums.
            self.log("so far", || {
                let running = threads.running.iter().map(|counts| counts.sum());
                running.fold(threads.ended, |sum, counts| sum + counts)
            });
        }
    }

    fn log(&self, what: &str, sum: impl FnOnce() -> Sum) {
        // First those that have ended, with what came before their end, which is that they began: the
        // other way round, more could have ended than begun.
        let ended = self.ended.load(Acquire);
        let sum = sum();
        let alive = sum.flows - ended;
        SCLogNotice!("live-totals: {what}: {sum}, {alive} flows alive");
    }

    fn is_due(&self) -> bool {
        nanoseconds(self.start.elapsed()) >= self.due.load(Relaxed)
    }

    /// The next report is due an interval from now.
    fn put_off(&self) {
        let due = self.start.elapsed().saturating_add(self.interval);
        self.due.store(nanoseconds(due), Relaxed);
    }
}

/// At most the 584 years that the number can hold.
fn nanoseconds(duration: Duration) -> u64 {
    duration.as_nanos().try_into().unwrap_or(u64::MAX)
}
