//! Driving the host: waits, and calls that are refused so that no callback runs while another has
//! the same `ThreadVars`.

mod raw;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use raw::{
    Frees, V9, assert_says, on_flow_init, on_thread_init, panic_of, tags, thread_name, value,
};
use suricata_thread_mock::{Host, ReportKind, RunMode, Thread, ThreadKind, Traffic};

#[test]
fn a_job_borrows_runs_on_the_thread_and_returns() {
    let host = Host::new();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let mut local = vec![1];
    let name = worker.run(|tv| {
        assert_eq!(tv, worker.as_ptr());
        local.push(2);
        thread_name()
    });
    assert_eq!((&*name, &*local), ("W#01", &[1, 2][..]));
}

#[test]
fn a_thread_has_a_stack_as_large_as_suricatas_threads() {
    /// Uses `times` 64 KiB of the stack.
    fn use_stack(times: usize) -> usize {
        let used = [times as u8; 64 << 10];
        match times {
            0 => 0,
            _ => use_stack(times - 1) + usize::from(std::hint::black_box(&used)[1] == used[0]),
        }
    }
    let host = Host::new();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    // 6 of 8 MiB; Rust's default are 2.
    assert_eq!(worker.run(|_| use_stack(96)), 96);
}

#[test]
fn a_panic_of_a_job_continues_in_the_caller_and_the_thread_survives() {
    let host = Host::new();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    assert_eq!(
        panic_of(|| worker.run(|_| panic!("in the job"))),
        "in the job"
    );
    assert_eq!(worker.run(|_| 5), 5);
}

#[test]
fn a_job_that_would_wait_for_itself_panics_instead() {
    let host = Host::new();
    let [one, two] = ["W#01", "W#02"].map(|n| host.spawn(n, ThreadKind::Worker));
    let text = panic_of(|| one.run(|_| one.run(|_| {})));
    assert_says(&text, &["Thread::run on thread `W#01`", "wait for itself"]);
    let text = panic_of(|| one.run(|_| two.run(|_| one.flow_init(&host.flow()))));
    assert_says(
        &text,
        &[
            "Thread::flow_init on thread `W#01`",
            "a job on thread `W#02`",
        ],
    );
    assert_says(
        &panic_of(|| one.run(|_| one.join())),
        &["Thread::join", "wait for itself"],
    );
    assert_says(
        &panic_of(|| one.run(|_| host.shutdown())),
        &["Host::shutdown", "`W#01`"],
    );
    let traffic = || one.run(|_| drop(host.traffic(Traffic::default())));
    assert_says(&panic_of(traffic), &["Host::traffic", "`W#01`"]);
    // A job may wait for another host, and one host after the other, in either direction.
    let other = Host::new();
    other.spawn("W#01", ThreadKind::Worker);
    one.run(|_| other.shutdown());
    one.run(|_| two.run(|_| {}));
    two.run(|_| one.run(|_| {}));
}

#[test]
fn two_threads_that_wait_for_each_other_at_the_same_time_do_not_hang() {
    let host = Host::new();
    let [one, two] = ["W#01", "W#02"].map(|n| host.spawn(n, ThreadKind::Worker));
    let refused = AtomicUsize::new(0);
    for _ in 0..100 {
        let both = std::sync::Barrier::new(2);
        let cross = |from: &Thread, to: &Thread| {
            let job = || {
                from.run(|_| {
                    both.wait();
                    to.run(|_| {});
                });
            };
            if catch_unwind(AssertUnwindSafe(job)).is_err() {
                refused.fetch_add(1, Ordering::SeqCst);
            }
        };
        std::thread::scope(|s| {
            s.spawn(|| cross(&one, &two));
            s.spawn(|| cross(&two, &one));
        });
    }
    assert_eq!(refused.load(Ordering::SeqCst), 100, "one of each two");
}

#[test]
fn a_callback_cannot_drive_the_host() {
    let host = Host::builder().record_only().build();
    let threads: &'static Mutex<Option<Thread>> = Box::leak(Box::default());
    let texts: &'static Mutex<Vec<String>> = Box::leak(Box::default());
    on_flow_init(move |_| {
        let thread = threads.lock().unwrap().clone().unwrap();
        let mut texts = texts.lock().unwrap();
        texts.push(panic_of(|| thread.run(|_| {})));
        texts.push(panic_of(|| thread.join()));
        texts.push(panic_of(|| thread.free()));
    });
    let worker = host.spawn("W#01", ThreadKind::Worker);
    *threads.lock().unwrap() = Some(worker.clone());
    worker.flow_init(&host.flow());
    let texts = texts.lock().unwrap();
    for (text, call) in texts
        .iter()
        .zip(["Thread::run", "Thread::join", "Thread::free"])
    {
        assert_says(text, &[call, "`W#01`", "by plugin code"]);
    }
    assert_eq!(texts.len(), 3);
    let reports = host.reports();
    assert!(
        reports
            .iter()
            .all(|r| r.kind == ReportKind::DrivenFromPlugin)
    );
    *threads.lock().unwrap() = None;
}

#[test]
fn a_thread_that_was_joined_does_nothing_more() {
    let host = Host::new();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let text = panic_of(|| worker.free());
    assert_says(&text, &["`W#01` is running", "join it"]);
    worker.join();
    worker.join();
    assert!(!worker.is_running());
    let text = panic_of(|| worker.run(|_| {}));
    assert_says(&text, &["Thread::run", "`W#01`", "joined"]);
    worker.free();
    worker.free();
    host.shutdown();
    host.shutdown();
    let text = panic_of(|| drop(host.spawn("W#02", ThreadKind::Worker)));
    assert_says(&text, &["`W#02`", "after the host was shut down"]);
}

#[test]
fn dropping_the_host_takes_everything_down() {
    let frees = Frees::default();
    let worker = {
        let host = V9.host();
        let id = V9.register(c"a");
        let threads = host.start(RunMode::Single);
        threads.workers[0].run(|tv| V9.set(tv, id, value(1, &frees)));
        threads.workers[0].clone()
    };
    assert_eq!(tags(&frees), [1]);
    assert!(!worker.is_running());
}

#[test]
fn a_failing_test_takes_everything_down_too() {
    let frees = Frees::default();
    let text = panic_of(|| {
        let host = V9.host();
        let id = V9.register(c"a");
        host.start(RunMode::Single).workers[0].run(|tv| V9.set(tv, id, value(1, &frees)));
        panic!("assertion");
    });
    assert_eq!(text, "assertion");
    assert_eq!(tags(&frees), [1]);
}

#[test]
fn threads_may_be_created_joined_and_freed_by_several_threads_at_once() {
    let host = V9.host();
    let frees = Frees::default();
    let id = V9.register(c"a");
    host.finalize();
    let life = |n: u32| {
        let thread = host.spawn(&format!("W#{n:02}"), ThreadKind::Worker);
        let made = frees.clone();
        thread.run(|tv| V9.set(tv, id, value(n, &made)));
        std::thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    thread.join();
                    thread.free();
                });
            }
        });
    };
    std::thread::scope(|s| {
        for n in 0..16 {
            s.spawn(move || life(n));
        }
    });
    let mut all = tags(&frees);
    all.sort_unstable();
    assert_eq!(all, (0..16).collect::<Vec<_>>());
}

#[test]
fn shutting_down_waits_for_a_thread_that_is_being_created() {
    let host = V9.host();
    let frees = Frees::default();
    let id = V9.register(c"a");
    let inside = std::sync::Arc::new(std::sync::Barrier::new(2));
    let (made, both) = (frees.clone(), std::sync::Arc::clone(&inside));
    let calls = AtomicUsize::new(0);
    on_thread_init(move |tv| {
        if calls.fetch_add(1, Ordering::SeqCst) == 0 {
            both.wait();
            // Waits until the shutdown has begun.
            both.wait();
            V9.set(tv, id, value(1, &made));
        }
    });
    host.finalize();
    std::thread::scope(|s| {
        s.spawn(|| host.spawn("W#01", ThreadKind::Worker));
        inside.wait();
        s.spawn(|| {
            let refused =
                || catch_unwind(AssertUnwindSafe(|| host.spawn("CW", ThreadKind::Counters)));
            while refused().is_ok() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            inside.wait();
        });
        host.shutdown();
        assert_eq!(tags(&frees), [1]);
    });
}

#[test]
fn traffic_while_other_traffic_runs_is_refused() {
    let host = Host::new();
    let inside = std::sync::Arc::new(std::sync::Barrier::new(2));
    let once = AtomicUsize::new(0);
    let both = std::sync::Arc::clone(&inside);
    on_flow_init(move |_| {
        if once.fetch_add(1, Ordering::SeqCst) == 0 {
            both.wait();
            both.wait();
        }
    });
    host.start(RunMode::Single);
    std::thread::scope(|s| {
        s.spawn(|| host.traffic(Traffic::default()));
        inside.wait();
        let texts = [
            panic_of(|| drop(host.traffic(Traffic::default()))),
            panic_of(|| drop(host.replay([1]))),
        ];
        inside.wait();
        for (text, call) in texts.iter().zip(["Host::traffic", "Host::replay"]) {
            assert_says(text, &[call, "while other traffic of this host runs"]);
        }
    });
    host.traffic(Traffic::default());
}

thread_local! {
    static KEPT_BY_THE_THREAD: std::cell::RefCell<Option<Host>> = const { std::cell::RefCell::new(None) };
}

#[test]
fn a_host_in_a_thread_local_is_taken_down() {
    let frees = Frees::default();
    let made = frees.clone();
    let life = move || {
        // Dropped after the mock's thread-locals, whose first use is later.
        KEPT_BY_THE_THREAD.with_borrow(|none| assert!(none.is_none()));
        let host = V9.host();
        let id = V9.register(c"a");
        host.start(RunMode::Single).workers[0].run(|tv| V9.set(tv, id, value(1, &made)));
        KEPT_BY_THE_THREAD.set(Some(host));
    };
    std::thread::spawn(life).join().unwrap();
    assert_eq!(tags(&frees), [1]);
}

#[test]
fn debug_output_identifies_hosts_and_threads() {
    let host = Host::builder().generation(V9.generation).seed(7).build();
    assert_says(&format!("{host:?}"), &["Host", "V9", "seed: 7"]);
    let worker = host.spawn("W#01", ThreadKind::Worker);
    assert_says(&format!("{worker:?}"), &["Thread", "W#01", "Worker"]);
}

#[test]
fn a_thread_name_with_nul_is_refused_before_any_effect() {
    let host = Host::new();
    let text = panic_of(|| drop(host.spawn("W\0", ThreadKind::Worker)));
    assert_says(&text, &["cannot contain NUL", "W\\0"]);
    assert!(host.threads().is_empty());
}

#[test]
fn a_wrong_call_panics_with_its_own_place() {
    let host = Host::builder().record_only().build();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    // Not with a lock: a failed assertion panics, too.
    let place = std::sync::Arc::new(AtomicU32::new(0));
    let seen = std::sync::Arc::clone(&place);
    let before = std::panic::take_hook();
    let this_thread = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        let at = info.location().expect("a place");
        if at.file() == file!() && std::thread::current().id() == this_thread {
            seen.store(at.line(), Ordering::SeqCst);
        } else {
            before(info);
        }
    }));
    let free = || worker.free();
    let line = line!() - 1;
    raw::panic_of(free);
    assert_eq!(place.load(Ordering::SeqCst), line);
    let start = || drop(host.start(RunMode::Workers { threads: 0 }));
    raw::panic_of(start);
    assert_eq!(place.load(Ordering::SeqCst), line + 4);
    host.shutdown();
    let start = || drop(host.try_start(RunMode::Single));
    raw::panic_of(start);
    assert_eq!(place.load(Ordering::SeqCst), line + 8);
    let spawn = || drop(host.spawn("W#02", ThreadKind::Worker));
    raw::panic_of(spawn);
    assert_eq!(place.load(Ordering::SeqCst), line + 11);
}
