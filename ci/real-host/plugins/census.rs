//! A plugin that counts what becomes of its values, and says so at each drop.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use suricata_thread::{self as thread, SCLogError, SCLogNotice, ThreadStorage, flow, plugin};

plugin! { name: "census", version: "1", author: "You", license: "MIT", init: init }

static INSERTED: AtomicU64 = AtomicU64::new(0);
static DROPPED: AtomicU64 = AtomicU64::new(0);
/// The values that are stored and replaced while packets flow.
static STORED: AtomicU64 = AtomicU64::new(0);
static RELEASED: AtomicU64 = AtomicU64::new(0);
static FLOWS: AtomicU64 = AtomicU64::new(0);

/// One value for each thread, with memory of its own, so that a leak shows.
struct Value(#[allow(dead_code, reason = "it is there to be lost")] Vec<u8>);

impl Value {
    fn new() -> Self {
        INSERTED.fetch_add(1, SeqCst);
        Self(vec![1; 256 * 1024])
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, SeqCst);
        let [inserted, dropped, stored, released, flows] =
            [&INSERTED, &DROPPED, &STORED, &RELEASED, &FLOWS].map(|number| number.load(SeqCst));
        SCLogNotice!(
            "census: {inserted} inserted, {dropped} dropped, {stored} stored, {released} released, {flows} flows"
        );
    }
}

/// Stored, replaced and taken while packets flow.
struct Replaced(#[allow(dead_code, reason = "it is there to be lost")] Vec<u8>);

impl Replaced {
    fn new() -> Self {
        STORED.fetch_add(1, SeqCst);
        Self(vec![1; 64 * 1024])
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        RELEASED.fetch_add(1, SeqCst);
    }
}

fn init() -> Result<(), &'static str> {
    // Before the slot whose values speak when they are dropped, so that the last word has all of these in it.
    let replaced = ThreadStorage::register("census-replaced")?;
    let per_thread = ThreadStorage::register("census")?;
    thread::register_init_callback(move |tv| {
        if let Err(error) = per_thread.get_or_insert_with(tv, Value::new) {
            SCLogError!("census: {error}");
        }
    })?;
    flow::register_init_callback(move |tv, _, _| {
        let flow = FLOWS.fetch_add(1, SeqCst) + 1;
        if flow == 5_000 {
            SCLogNotice!("census: packets flow");
        }
        let done = match flow % 3 {
            2 => replaced.take(tv).map(drop),
            _ => replaced
                .replace(tv, Replaced::new())
                .map(drop)
                .map_err(Into::into),
        };
        if let Err(error) = done {
            SCLogError!("census: {error}");
        }
    })
}
