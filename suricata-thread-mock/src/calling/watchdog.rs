//! Ending the process if plugin code does not return.

use std::collections::HashMap;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Once, Weak};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;

use crate::calling::last_words;
use crate::noun::words::Words;
use crate::state::host::HostState;

#[derive(Default)]
pub(crate) struct Running {
    /// NULL if no plugin code runs.
    inside: AtomicPtr<Words>,
    /// Grows when plugin code begins or ends.
    steps: AtomicU64,
    /// The host's number, and its limit in milliseconds; 0 for none.
    host: AtomicU32,
    limit: AtomicU64,
}

static RUNNING: Mutex<Vec<Weak<Running>>> = Mutex::new(Vec::new());

thread_local! {
    static MINE: Arc<Running> = {
        let mine = Arc::new(Running::default());
        RUNNING.lock().push(Arc::downgrade(&mine));
        mine
    };
}

#[inline]
pub(crate) fn note(host: &HostState, words: Option<&'static Words>) {
    // Fails in destructors of thread-locals.
    let _ = MINE.try_with(|mine| {
        let words = words.map_or(null_mut(), ptr_of);
        mine.host.store(host.identity.number, Ordering::Relaxed);
        mine.limit
            .store(host.identity.callback_limit, Ordering::Relaxed);
        // Only this thread writes it.
        let step = mine.steps.load(Ordering::Relaxed).wrapping_add(1);
        mine.steps.store(step, Ordering::Relaxed);
        mine.inside.store(words, Ordering::Release);
    });
}

/// Returns a guard for the watchdog to watch this thread after its thread-locals are gone.
pub(crate) fn keep() -> Arc<dyn Send + Sync> {
    MINE.with(|mine| Arc::clone(mine) as _)
}

fn ptr_of(words: &'static Words) -> *mut Words {
    std::ptr::from_ref(words).cast_mut()
}

/// The watchdog counts ticks, not time: a process that was stopped has not hung.
const TICK: Duration = Duration::from_millis(100);

pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let watchdog = thread::Builder::new().name("mock-watchdog".to_owned());
        // Without the watchdog, hangs go unnoticed.
        let _ = watchdog.spawn(look);
    });
}

#[derive(Default)]
struct Seen {
    steps: u64,
    for_ms: u64,
}

fn look() {
    let mut seen: HashMap<u32, Seen> = HashMap::new();
    loop {
        thread::sleep(TICK);
        let running: Vec<Arc<Running>> = {
            let mut running = RUNNING.lock();
            running.retain(|thread| thread.strong_count() > 0);
            running.iter().filter_map(Weak::upgrade).collect()
        };
        let mut now: HashMap<u32, (u64, Vec<&Running>)> = HashMap::new();
        for thread in &running {
            let host = now.entry(thread.host.load(Ordering::Relaxed)).or_default();
            host.0 = host.0.wrapping_add(thread.steps.load(Ordering::Relaxed));
            host.1.push(thread);
        }
        seen.retain(|host, _| now.contains_key(host));
        for (host, (steps, threads)) in now {
            let seen = seen.entry(host).or_default();
            // Names all threads: one may wait for a lock that another holds.
            let mut limit = 0;
            let inside = threads.iter().filter_map(|thread| {
                let words = thread.inside.load(Ordering::Acquire);
                // SAFETY: NULL or from a `&'static Words`.
                let words: &'static Words = unsafe { words.as_ref() }?;
                limit = thread.limit.load(Ordering::Relaxed);
                Some(&*words.line)
            });
            let inside: Vec<_> = inside.collect();
            if inside.is_empty() || steps != seen.steps {
                *seen = Seen { steps, for_ms: 0 };
                continue;
            }
            seen.for_ms += TICK.as_millis() as u64;
            if limit == 0 || seen.for_ms < limit {
                continue;
            }
            if is_debugged() {
                seen.for_ms = 0;
                continue;
            }
            let event = format!(
                "plugin code has not returned for {} s",
                limit.div_ceil(1000)
            );
            let mut states = last_words::hosts().into_iter();
            let state = states.find(|state| state.identity.number == host);
            last_words::die(&event, &inside, state.as_deref());
        }
    }
}

fn is_debugged() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let tracer = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|pid| pid.trim() != "0")
}
