//! A plugin that counts what becomes of its values, and says so at each drop and at each 5000th flow.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

use suricata_thread::{self as thread, SCLogNotice, ThreadStorage, flow, plugin};

plugin! {
    name: "census",
    version: "1.0.0",
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

static INSERTED: AtomicU64 = AtomicU64::new(0);
static DROPPED: AtomicU64 = AtomicU64::new(0);
/// The values that are stored and replaced while packets flow.
static STORED: AtomicU64 = AtomicU64::new(0);
static RELEASED: AtomicU64 = AtomicU64::new(0);
static FLOWS: AtomicU64 = AtomicU64::new(0);

/// The threads whose value was not dropped yet: number and name of each.
static ALIVE: Mutex<BTreeSet<(u64, String)>> = Mutex::new(BTreeSet::new());

/// One value for each thread, with memory of its own, so that a leak shows.
struct Value {
    number: u64,
    name: String,
    _memory: Vec<u8>,
}

impl Value {
    fn new(name: &str) -> Self {
        let number = INSERTED.fetch_add(1, SeqCst) + 1;
        let name = name.to_owned();
        alive(|alive| alive.insert((number, name.clone())));
        Self {
            number,
            name,
            _memory: vec![1; 256 * 1024],
        }
    }
}

fn alive<R>(f: impl FnOnce(&mut BTreeSet<(u64, String)>) -> R) -> R {
    f(&mut ALIVE.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Drop for Value {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, SeqCst);
        alive(|alive| alive.remove(&(self.number, self.name.clone())));
        say();
    }
}

/// Stored, replaced and taken while packets flow.
struct Replaced {
    _memory: Vec<u8>,
}

impl Replaced {
    fn new() -> Self {
        STORED.fetch_add(1, SeqCst);
        Self {
            _memory: vec![1; 64 * 1024],
        }
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        RELEASED.fetch_add(1, SeqCst);
    }
}

fn say() {
    let [inserted, dropped, stored, released, flows] =
        [&INSERTED, &DROPPED, &STORED, &RELEASED, &FLOWS].map(|number| number.load(SeqCst));
    let alive = alive(|alive| {
        let alive = alive
            .iter()
            .map(|(number, name)| format!("{number} ({name})"));
        alive.collect::<Vec<_>>()
    });
    SCLogNotice!(
        "census: {inserted} inserted, {dropped} dropped, {stored} stored, {released} released, {flows} flows, alive: {}",
        alive.join(", ")
    );
}

/// The name that the host gave the calling thread.
fn thread_name() -> String {
    let mut name = [0_u8; 16];
    // SAFETY: takes a buffer of 16 bytes, which it fills with a C string.
    unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
    let name = CStr::from_bytes_until_nul(&name).unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn init() -> Result<(), &'static str> {
    // Before the slot whose values speak when they are dropped, so that the last word has all of these in it.
    let replaced = ThreadStorage::register("census-replaced")?;
    let per_thread = ThreadStorage::register("census")?;
    thread::register_init_callback(move |tv| {
        let name = format!("created by {}", thread_name());
        if let Err(error) = per_thread.get_or_insert_with(tv, || Value::new(&name)) {
            thread::SCLogError!("census: {error}");
        }
    })?;
    flow::register_init_callback(move |tv, _, _| {
        let flow = FLOWS.fetch_add(1, SeqCst) + 1;
        if flow % 5_000 == 0 {
            say();
        }
        // A value that is replaced and taken while packets flow.
        let done = match flow % 3 {
            2 => replaced.take(tv).map(drop),
            _ => replaced
                .replace(tv, Replaced::new())
                .map(drop)
                .map_err(Into::into),
        };
        if let Err(error) = done {
            thread::SCLogError!("census: {error}");
        }
    })
}
