//! Counts the flows that begin and those that end, however they end.
//!
//! Suricata runs finish callbacks for some flows only, but it frees the storage of every flow.
//! That drops the value that this plugin keeps there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use suricata_thread::flow::{self, FlowStorage};
use suricata_thread::{SCLogNotice, ThreadStorage, log_limited, plugin};

plugin! { name: "begun-ended", version: "0.1.0", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    let threads = ThreadStorage::<Thread>::register("begun-ended")?;
    let flows = FlowStorage::register("begun-ended")?;
    flow::register_init_callback(move |tv, flow, _packet| {
        let kept = threads.get_or_insert_default(tv).and_then(|thread| {
            thread.begun += 1;
            flows.get_or_insert_with(flow, || Begun(Arc::clone(&thread.ended)))
        });
        if let Err(error) = kept {
            log_limited!(Error, "begun-ended: a flow is miscounted: {error}");
        }
    })
}

/// The value of a flow: the counter of ended flows of the thread that the flow began on.
struct Begun(Arc<AtomicU64>);

/// Runs when the flow ends, on the thread that ends it.
impl Drop for Begun {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// The value of a thread.
#[derive(Default)]
struct Thread {
    begun: u64,
    ended: Arc<AtomicU64>,
}

/// Runs when the thread has ended, on the thread that takes it down.
impl Drop for Thread {
    fn drop(&mut self) {
        let (begun, ended) = (self.begun, self.ended.load(Relaxed));
        SCLogNotice!("begun-ended: a thread began {begun} flows, {ended} ended");
    }
}
