//! Hosts side by side: each has its own registries, threads and values.

mod raw;

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};

use raw::{
    BOTH, Frees, V9, assert_says, forget, on_flow_init, on_thread_init, only_report, ptr, tags,
    value,
};
use suricata_thread_mock::{Host, ReportKind, RunMode, Traffic};

/// A handle as code under test keeps it.
static HANDLE: AtomicI32 = AtomicI32::new(-1);

/// The life of a host, with checks that it shares nothing.
fn one_life(seed: u64) {
    let raw = BOTH[seed as usize % 2];
    let host = Host::builder()
        .generation(raw.generation)
        .seed(seed)
        .record_only()
        .build();
    let frees = Frees::default();
    let flows = Arc::new(AtomicUsize::new(0));
    let id = raw.register(c"the same name");
    assert!(id >= 0);
    // The last test wins: the others find a stale or foreign handle there.
    HANDLE.store(id, Ordering::SeqCst);
    let made = frees.clone();
    on_thread_init(move |tv| {
        assert_eq!(raw.set(tv, id, value(seed as u32, &made)), 0);
    });
    let count = Arc::clone(&flows);
    on_flow_init(move |tv| {
        assert!(!raw.get(tv, id).is_null());
        count.fetch_add(1, Ordering::SeqCst);
    });
    let threads = host.start(RunMode::Autofp {
        receivers: 1,
        workers: 2,
    });
    host.traffic(Traffic {
        flows: 10,
        packets_per_flow: 2,
        ..Traffic::default()
    });
    // Only the life that wrote it last finds a value by it.
    let handle = HANDLE.load(Ordering::SeqCst);
    let found = threads.workers[0].run(|tv| raw.get(tv, handle).addr());
    assert_eq!(found != 0, handle == id);
    if handle == id {
        assert_eq!(found, threads.workers[0].peek(id).addr());
        assert_eq!(host.reports(), []);
    } else {
        let report = only_report(&host, ReportKind::UnknownSlot);
        assert_says(&report.to_string(), &["slot `the same name`", "host"]);
        assert_eq!(report.times, 1);
    }
    host.shutdown();
    assert_eq!(flows.load(Ordering::SeqCst), 10);
    assert_eq!(tags(&frees), vec![seed as u32; host.threads().len()]);
    assert_eq!(host.log().len(), 1, "the line on threads: {:?}", host.log());
    assert!(host.reports().len() <= 1);
}

#[test]
fn two_hundred_lives_in_parallel_never_see_each_other() {
    let next = AtomicU64::new(0);
    let lives = || {
        while let seed @ ..200 = next.fetch_add(1, Ordering::SeqCst) {
            one_life(seed);
        }
    };
    // Each has six threads.
    std::thread::scope(|s| {
        for _ in 0..16 {
            s.spawn(lives);
        }
    });
}

#[test]
fn a_process_may_have_more_hosts_than_a_host_slots() {
    for _ in 0..1_100 {
        let host = V9.host();
        assert!(V9.register(c"a") > 0);
        assert!(V9.register(c"b") > 0);
        drop(host);
    }
}

#[test]
fn a_handle_in_a_static_finds_nothing_in_another_host() {
    let first = V9.recording();
    let id = V9.register_raw(c"numbers".as_ptr(), Some(forget));
    first.start(RunMode::Single).workers[0].run(|tv| V9.set(tv, id, ptr(1)));
    let second = V9.recording();
    V9.register_raw(c"texts".as_ptr(), Some(forget));
    second.start(RunMode::Single).workers[0].run(|tv| {
        assert!(V9.get(tv, id).is_null());
        assert_eq!(V9.set(tv, id, ptr(2)), -1);
        V9.free(tv, id);
    });
    assert_eq!(second.reports().len(), 3);
    assert!(first.reports().is_empty());
}

#[test]
fn the_last_host_that_was_built_answers_until_it_ends() {
    let first = V9.host();
    let in_first = V9.register(c"a");
    let second = V9.host();
    let in_second = V9.register(c"a");
    assert!(in_second > in_first);
    drop(second);
    assert_eq!(V9.register(c"b"), in_first + 1);
    drop(first);
}

#[test]
fn hosts_may_end_in_any_order() {
    let first = V9.host();
    let _second = V9.host();
    let in_second = V9.register(c"a");
    drop(first);
    assert_eq!(V9.register(c"b"), in_second + 1);
}

#[test]
fn callbacks_talk_to_the_host_that_runs_them() {
    let first = V9.host();
    let ids = Arc::new(AtomicI32::new(0));
    let size = Arc::clone(&ids);
    on_thread_init(move |_| {
        size.store(i32::try_from(V9.size()).unwrap(), Ordering::SeqCst);
    });
    V9.register(c"a");
    V9.register(c"b");
    let _second = V9.host();
    assert_eq!(V9.size(), 0);
    first.start(RunMode::Single);
    assert_eq!(
        ids.load(Ordering::SeqCst),
        24,
        "two, and one of Suricata's own"
    );
}

#[test]
fn a_thread_belongs_to_a_host_while_it_has_entered_it() {
    let host = V9.host();
    let id = V9.register(c"a");
    std::thread::scope(|s| {
        s.spawn(|| {
            assert_eq!(V9.size(), 0, "not yet");
            let entered = host.enter();
            assert_eq!(V9.register(c"b"), id + 1);
            drop(entered);
            assert_eq!(V9.size(), 0, "no more");
        });
    });
    assert_eq!(V9.size(), 16);
}

#[test]
fn a_forgotten_guard_does_not_keep_an_ended_host_answering() {
    let outer = V9.host();
    let inner = V9.host();
    std::mem::forget(inner.enter());
    let in_inner = V9.register(c"a");
    drop(inner);
    let in_outer = V9.register(c"a");
    assert_ne!(in_outer / 1024, in_inner / 1024);
    drop(outer);
}
