//! A plugin that counts the values that it makes and drops, and logs the counts.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use suricata_thread::{self as thread, SCLogError, SCLogNotice, ThreadStorage, flow, plugin};

plugin! { name: "census", version: "1", author: "You", license: "MIT", init: init }

/// Values of threads made and dropped, values stored and released while packets flow, and flows.
static COUNTS: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];

/// The place of the count of a kind of value. The next place counts its drops.
const PER_THREAD: usize = 0;
const REPLACED: usize = 2;
const FLOWS: usize = 4;

fn count(at: usize) -> u64 {
    COUNTS[at].fetch_add(1, SeqCst) + 1
}

/// A value with memory of its own, so that a leak shows.
struct Value {
    kind: usize,
    _memory: Vec<u8>,
}

impl Value {
    fn new(kind: usize) -> Self {
        count(kind);
        let _memory = vec![1; 64 * 1024];
        Self { kind, _memory }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        count(self.kind + 1);
        if self.kind == PER_THREAD {
            SCLogNotice!("census: {COUNTS:?}");
        }
    }
}

fn init() -> Result<(), &'static str> {
    // Before the slot whose values log the counts when they drop, so that the last line has all drops of these.
    let replaced = ThreadStorage::register("census-replaced")?;
    let per_thread = ThreadStorage::register("census")?;
    thread::register_init_callback(move |tv| {
        if let Err(error) = per_thread.get_or_insert_with(tv, || Value::new(PER_THREAD)) {
            SCLogError!("census: {error}");
        }
    })?;
    flow::register_init_callback(move |tv, _, _| {
        let flow = count(FLOWS);
        if flow == 5_000 {
            SCLogNotice!("census: packets flow");
        }
        let done = match flow % 3 {
            2 => replaced.take(tv).map(drop),
            _ => replaced
                .replace(tv, Value::new(REPLACED))
                .map(drop)
                .map_err(Into::into),
        };
        if let Err(error) = done {
            SCLogError!("census: {error}");
        }
    })
}
