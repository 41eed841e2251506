//! Whole lives of a host: built, a plugin's `init` run, threads created, shut down.
//!
//! `cargo bench -p mock-bench`. Times are wall times; what counts is how they grow down a column.

use divan::Bencher;
use suricata_thread::{self as thread, ThreadStorage, plugin};
use suricata_thread_mock::{Host, ThreadKind};

fn main() {
    divan::main();
}

/// A host with so many threads, slots and callbacks; each first slot of a thread holds a value.
fn live(threads: usize, slots: usize, callbacks: usize) {
    let host = Host::new();
    let init = || {
        let slot = ThreadStorage::<u64>::register("0")?;
        for n in 1..slots {
            ThreadStorage::<u64>::register(&n.to_string())?;
        }
        for _ in 0..callbacks {
            thread::register_init_callback(move |tv| {
                divan::black_box(slot.get_or_insert_default(tv).is_ok());
            })?;
        }
        Ok(())
    };
    // SAFETY: the mock walks none of its lists meanwhile: it is driven by this thread alone.
    unsafe { plugin::run_init("bench", init) };
    host.finalize();
    for n in 0..threads {
        host.spawn(&format!("W#{n}"), ThreadKind::Worker);
    }
    host.shutdown();
    assert!(host.log().is_empty());
}

/// The usual test: four threads, one slot, one callback.
#[divan::bench]
fn four_threads_one_slot() {
    live(4, 1, 1);
}

#[divan::bench(args = [1, 10, 100, 1000])]
fn threads(bencher: Bencher<'_, '_>, n: usize) {
    bencher.bench(|| live(n, 1, 1));
}

#[divan::bench(args = [1, 10, 100, 1000])]
fn slots(bencher: Bencher<'_, '_>, n: usize) {
    bencher.bench(|| live(1, n, 1));
}

#[divan::bench(args = [1, 10, 100, 1000])]
fn callbacks(bencher: Bencher<'_, '_>, n: usize) {
    bencher.bench(|| live(1, 1, n));
}
