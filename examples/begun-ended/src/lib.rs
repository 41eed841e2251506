//! Counts the flows that begin and those that end, however they end.
//!
//! Suricata runs the finish callbacks for some flows only. It frees the storage of every flow, and
//! so drops what this plugin keeps there.

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
            flows.get_or_insert_with(flow, || OfThread(Arc::clone(&thread.ended)))
        });
        if let Err(error) = kept {
            log_limited!(Error, "begun-ended: a flow is miscounted: {error}");
        }
    })
}

/// What a flow has in its slot: where the thread that it began on counts those that have ended.
struct OfThread(Arc<AtomicU64>);

/// The flow has ended: the host drops this on the thread that retires the flow.
impl Drop for OfThread {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// What a thread has in its slot: it begins flows, which end on any thread.
#[derive(Default)]
struct Thread {
    begun: u64,
    ended: Arc<AtomicU64>,
}

/// The thread has ended: the host drops this on the thread that takes it down.
impl Drop for Thread {
    fn drop(&mut self) {
        let (begun, ended) = (self.begun, self.ended.load(Relaxed));
        SCLogNotice!("begun-ended: of {begun} flows of a thread, {ended} have ended");
    }
}
