//! Access to the slots of a thread by other threads, at each time: misuse is reported, and nothing
//! else.

mod raw;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use raw::{
    BOTH, Frees, V9, assert_says, null, on_flow_init, on_thread_init, ptr, tags, thread_name, value,
};
use suricata_thread_mock::{ReportKind, RunMode, Traffic};

fn one_flow() -> Traffic {
    Traffic {
        flows: 1,
        packets_per_flow: 1,
        ..Traffic::default()
    }
}

#[test]
fn a_flow_callback_may_free_a_slot_of_its_own_thread() {
    for raw in BOTH {
        let host = raw.host();
        let frees = Frees::default();
        let id = raw.register(c"state");
        let made = frees.clone();
        on_thread_init(move |tv| assert_eq!(raw.set(tv, id, value(1, &made)), 0));
        let made = frees.clone();
        on_flow_init(move |tv| {
            raw.free(tv, id);
            assert!(raw.get(tv, id).is_null());
            assert_eq!(raw.set(tv, id, value(2, &made)), 0);
        });
        host.start(RunMode::Single);
        host.traffic(one_flow());
        assert_eq!(*frees.lock().unwrap(), [(1, "W#01".to_owned())]);
        host.shutdown();
        assert_eq!(tags(&frees).len(), host.threads().len() + 1);
        host.verify();
    }
}

/// Without the host: the free function is a function like any other.
#[test]
fn a_flow_callback_may_free_a_value_that_it_took_out() {
    for raw in BOTH {
        let host = raw.host();
        let frees = Frees::default();
        let id = raw.register(c"state");
        let made = frees.clone();
        on_flow_init(move |tv| {
            raw.set(tv, id, value(1, &made));
            let taken = raw.get(tv, id);
            raw.set(tv, id, null());
            // SAFETY: made by `value`, and in no slot any more.
            unsafe { raw::free(taken) };
        });
        host.start(RunMode::Single);
        host.traffic(one_flow());
        host.shutdown();
        assert_eq!(*frees.lock().unwrap(), [(1, "W#01".to_owned())]);
        host.verify();
    }
}

#[test]
fn main_may_read_the_values_of_threads_that_it_has_joined() {
    for raw in BOTH {
        let host = raw.host();
        let id = raw.register_raw(c"flows".as_ptr(), Some(raw::forget));
        let workers = host.start(RunMode::Workers { threads: 3 }).workers;
        for (flows, worker) in workers.iter().enumerate() {
            worker.run(|tv| raw.set(tv, id, ptr(flows + 1)));
        }
        let sum = workers.iter().map(|worker| {
            worker.join();
            raw.get(worker.as_ptr(), id).addr()
        });
        assert_eq!(sum.sum::<usize>(), 6);
        host.shutdown();
        host.verify();
    }
}

/// The threads that a free function finds, and the sum of their values.
static WORKERS: Mutex<Vec<(usize, i32)>> = Mutex::new(Vec::new());
static SUM: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn sum_up(_: *mut std::ffi::c_void) {
    for (tv, id) in std::mem::take(&mut *WORKERS.lock().unwrap()) {
        assert_eq!(thread_name(), "Suricata-Main");
        SUM.fetch_add(V9.get(ptr(tv).cast(), id).addr(), Ordering::SeqCst);
    }
}

/// The workers are joined before the first of them is freed.
#[test]
fn the_first_free_function_of_a_worker_may_read_the_values_of_the_others() {
    let host = V9.host();
    let id = V9.register_raw(c"flows".as_ptr(), Some(sum_up));
    let workers = host.start(RunMode::Workers { threads: 3 }).workers;
    for (flows, worker) in workers.iter().enumerate() {
        worker.run(|tv| V9.set(tv, id, ptr(flows + 1)));
    }
    let tokens = workers.iter().map(|worker| (worker.as_ptr().addr(), id));
    *WORKERS.lock().unwrap() = tokens.collect();
    host.shutdown();
    assert_eq!(SUM.load(Ordering::SeqCst), 6);
    host.verify();
}

#[test]
fn a_slot_of_another_thread_is_not_freed() {
    for raw in BOTH {
        let host = raw.recording();
        let frees = Frees::default();
        let id = raw.register(c"state");
        let threads = host.start(RunMode::Workers { threads: 2 });
        let first = threads.workers[0].run(|tv| {
            raw.set(tv, id, value(1, &frees));
            tv.addr()
        });
        let first = move || ptr(first).cast();
        threads.workers[1].run(|_| {
            raw.free(first(), id);
            raw.free_all(first());
        });
        raw.free(first(), id);
        assert_eq!(tags(&frees), []);
        let reports = host.reports();
        let call = |operation: &str| format!("{}Thread{operation}", raw.prefix);
        let calls = [
            (call("FreeStorageById"), "`W#02-eth0`"),
            (call("FreeStorage"), "`W#02-eth0`"),
            (call("FreeStorageById"), "`Suricata-Main`"),
        ];
        assert_eq!(reports.len(), calls.len(), "{reports:#?}");
        for (report, (call, thread)) in reports.iter().zip(&calls) {
            assert_eq!((report.kind, &report.call), (ReportKind::WrongThread, call));
            let expected = "expected the ThreadVars of thread `W#01-eth0` on that thread itself";
            let actual = format!("actually on thread {thread}");
            assert_says(
                &report.to_string(),
                &[expected, &actual, "Suricata has no lock here"],
            );
        }
        host.shutdown();
        assert_eq!(tags(&frees), [1], "by the host alone");
    }
}

/// A plugin's own thread that has kept a `ThreadVars`, at each time of its life.
#[test]
fn a_plugins_own_thread_has_no_thread_vars() {
    for raw in BOTH {
        let host = raw.recording();
        let id = raw.register_raw(c"state".as_ptr(), Some(raw::forget));
        let worker = host.start(RunMode::Single).workers.remove(0);
        worker.run(|tv| raw.set(tv, id, ptr(7)));
        let kept = worker.as_ptr().addr();
        let use_it = || {
            std::thread::scope(|scope| {
                let own = std::thread::Builder::new().name("own".to_owned());
                let own = own.spawn_scoped(scope, || {
                    let _entered = host.enter();
                    assert!(raw.get(ptr(kept).cast(), id).is_null());
                });
                own.unwrap().join().unwrap();
            });
            let last = host.reports().pop().expect("a report");
            assert_eq!(last.times, 1, "{last}");
            (last.kind, last.to_string())
        };
        let (kind, text) = use_it();
        assert_eq!(kind, ReportKind::WrongThread);
        assert_says(&text, &["that thread itself, which is running", "`own`"]);
        worker.join();
        worker.free();
        let (kind, text) = use_it();
        assert_eq!(kind, ReportKind::ThreadVarsFreed);
        assert_says(&text, &["on thread `own`", "which was freed"]);
    }
}
