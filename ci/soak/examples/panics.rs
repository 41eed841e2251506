//! A plugin that panics at every boundary, and in every way.
//!
//! Each callback panics for the first few times only, so that the log has a known number of lines, and counts the
//! flows that the host goes on with.

use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use suricata_thread::{self as thread, SCLogNotice, ThreadStorage, ThreadVars, flow, plugin, sys};

plugin! {
    name: "panics",
    version: "1.0.0",
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

/// Panics with something else each time: four times, and then no more.
struct Panics(AtomicU64);

impl Panics {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    fn maybe(&self, place: &str) {
        match self.0.fetch_add(1, SeqCst) {
            0 => panic!("planned"),
            1 => panic!("planned in {place}"),
            2 => panic_any(2_u8),
            3 => panic_any(Bomb),
            _ => {}
        }
    }
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("planned in the drop of a payload");
    }
}

fn init() -> Result<(), &'static str> {
    // The host runs it once for each time that the plugin is listed.
    static INIT: Panics = Panics::new();
    INIT.maybe("init");

    let values = ThreadStorage::register("panics-values")?;
    let with = ThreadStorage::register("panics-with")?;
    let try_with = ThreadStorage::register("panics-try-with")?;
    let default = ThreadStorage::register("panics-default")?;

    static THREAD_INIT: Panics = Panics::new();
    thread::register_init_callback(|_| THREAD_INIT.maybe("a thread init callback"))?;
    thread::register_init_callback(move |tv| {
        if let Err(error) = values.get_or_insert_with(tv, || Value) {
            thread::SCLogError!("panics: {error}");
        }
    })?;

    static FLOW_INIT: Panics = Panics::new();
    flow::register_init_callback(|_, _, _| FLOW_INIT.maybe("a flow init callback"))?;
    flow::register_init_callback(insert_or_panic(with))?;
    flow::register_init_callback(try_insert_or_panic(try_with))?;
    flow::register_init_callback(insert_default_or_panic(default))?;

    static FLOW_UPDATE: Panics = Panics::new();
    flow::register_update_callback(|_, _, _| FLOW_UPDATE.maybe("a flow update callback"))?;
    static FLOW_FINISH: Panics = Panics::new();
    flow::register_finish_callback(|_, _| FLOW_FINISH.maybe("a flow finish callback"))?;

    let counts = Arc::new(Counts::default());
    let (begun, finished) = (Arc::clone(&counts), Arc::clone(&counts));
    flow::register_init_callback(move |_, _, _| {
        begun.begun.fetch_add(1, SeqCst);
    })?;
    flow::register_finish_callback(move |_, _| {
        finished.finished.fetch_add(1, SeqCst);
    })?;
    let report = ThreadStorage::register("panics-report")?;
    thread::register_init_callback(move |tv| {
        let _ = report.get_or_insert_with(tv, || Report(Arc::clone(&counts)));
    })?;

    panic!("planned at the end of init");
}

// Callbacks of names that their error lines are known by.

fn insert_or_panic(
    slot: ThreadStorage<u64>,
) -> impl Fn(&mut ThreadVars<'_>, *mut sys::Flow, *const sys::Packet) {
    static CLOSURE: Panics = Panics::new();
    move |tv, _, _| {
        let inserted = slot.get_or_insert_with(tv, || {
            CLOSURE.maybe("the closure of an insertion");
            0
        });
        *inserted.expect("the host stores") += 1;
    }
}

fn try_insert_or_panic(
    slot: ThreadStorage<u64>,
) -> impl Fn(&mut ThreadVars<'_>, *mut sys::Flow, *const sys::Packet) {
    static CLOSURE: Panics = Panics::new();
    move |tv, _, _| {
        let inserted = slot.get_or_try_insert_with(tv, || {
            CLOSURE.maybe("the closure of an insertion that may fail");
            Ok::<_, &str>(0)
        });
        *inserted.expect("the host stores") += 1;
    }
}

fn insert_default_or_panic(
    slot: ThreadStorage<PanicsByDefault>,
) -> impl Fn(&mut ThreadVars<'_>, *mut sys::Flow, *const sys::Packet) {
    move |tv, _, _| {
        let inserted = slot.get_or_insert_default(tv);
        inserted.expect("the host stores").0 += 1;
    }
}

struct PanicsByDefault(u64);

impl Default for PanicsByDefault {
    fn default() -> Self {
        static DEFAULT: Panics = Panics::new();
        DEFAULT.maybe("a default");
        Self(0)
    }
}

/// Whose drop panics, for the first few threads.
struct Value;

impl Drop for Value {
    fn drop(&mut self) {
        static DROP: Panics = Panics::new();
        DROP.maybe("a drop");
    }
}

#[derive(Default)]
struct Counts {
    begun: AtomicU64,
    finished: AtomicU64,
}

/// Says at each thread's end what was counted so far; the last one has it all.
struct Report(Arc<Counts>);

impl Drop for Report {
    fn drop(&mut self) {
        let (begun, finished) = (self.0.begun.load(SeqCst), self.0.finished.load(SeqCst));
        SCLogNotice!("panics: {begun} flows begun, {finished} finished");
    }
}
