//! A plugin that panics at every boundary, in every way. Each place panics only the first few times, so that
//! the log has a known number of lines. The plugin counts the flows.

use std::panic::panic_any;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use suricata_thread::{self as thread, SCLogNotice, ThreadStorage, flow, plugin};

plugin! { name: "panics", version: "1", author: "You", license: "MIT", init: init }

/// Panics the first four times, each with another payload.
struct Panics(AtomicU64);

impl Panics {
    fn maybe(&self) {
        match self.0.fetch_add(1, SeqCst) {
            0 => panic!("planned"),
            1 => panic!("planned {}", 1),
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

/// A value whose drop panics, for the first few threads.
struct Value;

impl Drop for Value {
    fn drop(&mut self) {
        static DROP: Panics = Panics(AtomicU64::new(0));
        DROP.maybe();
    }
}

static BEGUN: AtomicU64 = AtomicU64::new(0);

/// Logs the count so far at each thread's end; the last line has the total.
struct Report;

impl Drop for Report {
    fn drop(&mut self) {
        SCLogNotice!("panics: {} flows begun", BEGUN.load(SeqCst));
    }
}

fn init() -> Result<(), &'static str> {
    static THREAD_INIT: Panics = Panics(AtomicU64::new(0));
    thread::register_init_callback(|_| THREAD_INIT.maybe())?;
    let values = ThreadStorage::register("values")?;
    let report = ThreadStorage::register("report")?;
    thread::register_init_callback(move |tv| {
        values.get_or_insert_with(tv, || Value).unwrap();
        report.get_or_insert_with(tv, || Report).unwrap();
    })?;
    static FLOW_INIT: Panics = Panics(AtomicU64::new(0));
    flow::register_init_callback(|_, _, _| FLOW_INIT.maybe())?;
    flow::register_init_callback(|_, _, _| {
        BEGUN.fetch_add(1, SeqCst);
    })?;
    static FLOW_UPDATE: Panics = Panics(AtomicU64::new(0));
    flow::register_update_callback(|_, _, _| FLOW_UPDATE.maybe())?;
    static FLOW_FINISH: Panics = Panics(AtomicU64::new(0));
    flow::register_finish_callback(|_, _| FLOW_FINISH.maybe())?;
    panic!("planned at the end of init");
}
