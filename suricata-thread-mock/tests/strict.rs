//! Each misuse is reported with slot, thread, call, the expected and the actual use, and the
//! consequence in Suricata.

mod raw;

use std::ffi::{c_uint, c_void};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use raw::{
    BOTH, Frees, V8, V9, assert_says, forget, null, on_flow_init, on_thread_init, only_report,
    panic_of, ptr, tags, value,
};
use suricata_thread_mock::{Host, Report, ReportKind, RunMode, Thread, ThreadKind, stray_reports};
use suricata_thread_sys as sys;

fn worker(host: &Host) -> Thread {
    host.start(RunMode::Single).workers.remove(0)
}

#[test]
fn a_value_overwritten_and_lost() {
    for raw in BOTH {
        let host = raw.recording();
        let id = raw.register_raw(c"state".as_ptr(), Some(forget));
        worker(&host).run(|tv| {
            raw.set(tv, id, ptr(1));
            raw.get(tv, id);
            raw.set(tv, id, ptr(2)); // A swap.
            assert!(host.reports().is_empty());
            assert_eq!(raw.set(tv, id, ptr(3)), 0);
        });
        let report = only_report(&host, ReportKind::ValueLost);
        assert_says(
            &report.to_string(),
            &[
                &format!("{}ThreadSetStorageById", raw.prefix),
                &format!("slot `state` (id {id})"),
                "thread `W#01`",
                "expected",
                "actually it held 0x2, now replaced by 0x3",
                "Suricata would leak",
            ],
        );
    }
}

#[test]
fn a_value_replaced_by_null_and_lost() {
    for raw in BOTH {
        let host = raw.recording();
        let id = raw.register_raw(c"state".as_ptr(), Some(forget));
        worker(&host).run(|tv| {
            raw.set(tv, id, ptr(1));
            raw.set(tv, id, null());
        });
        let report = only_report(&host, ReportKind::ValueLost);
        assert_says(
            &report.to_string(),
            &["`state`", "held 0x1", "replaced by 0x0"],
        );
    }
}

#[test]
fn a_get_of_another_slot_or_thread_is_no_swap() {
    let host = V9.recording();
    let [one, two] = [c"one", c"two"].map(|n| V9.register_raw(n.as_ptr(), Some(forget)));
    let threads = host.start(RunMode::Workers { threads: 2 });
    threads.workers[0].run(|tv| {
        V9.set(tv, one, ptr(1));
        V9.set(tv, two, ptr(2));
        V9.get(tv, two);
    });
    threads.workers[1].run(|tv| {
        V9.get(tv, one);
    });
    threads.workers[0].run(|tv| V9.set(tv, one, ptr(3)));
    only_report(&host, ReportKind::ValueLost);
}

/// The next free function sets the slot `STORED.1` with `V9` to this value.
static STORED: Mutex<Option<(usize, i32)>> = Mutex::new(None);

unsafe extern "C" fn free_and_store(_: *mut c_void) {
    if let Some((tv, id)) = STORED.lock().unwrap().take() {
        V9.set(ptr(tv).cast(), id, ptr(7));
    }
}

#[test]
fn a_value_never_freed() {
    let host = V9.recording();
    let first = V9.register_raw(c"first".as_ptr(), Some(forget));
    let second = V9.register_raw(c"second".as_ptr(), Some(free_and_store));
    let worker = worker(&host);
    worker.run(|tv| {
        V9.set(tv, second, ptr(1));
        *STORED.lock().unwrap() = Some((tv.addr(), first));
    });
    host.shutdown();
    let report = only_report(&host, ReportKind::ValueNeverFreed);
    assert_says(
        &report.to_string(),
        &[
            "shutdown",
            &format!("slot `first` (id {first})"),
            "thread `W#01`",
            "expected every slot to be empty",
            "actually a free function stored 0x7",
            "Suricata would leak",
        ],
    );
}

#[test]
fn a_value_held_by_two_slots_is_freed_once() {
    for raw in BOTH {
        let host = raw.recording();
        let frees = Frees::default();
        let ids = [raw.register(c"one"), raw.register(c"two")];
        worker(&host).run(|tv| {
            let made = value(1, &frees);
            raw.set(tv, ids[0], made);
            raw.set(tv, ids[1], made);
        });
        host.shutdown();
        assert_eq!(tags(&frees), [1]);
        let report = only_report(&host, ReportKind::ValueFreedTwice);
        assert_says(
            &report.to_string(),
            &[
                &format!("slot `one` (id {})", ids[0]),
                "thread `W#01`",
                "expected a value that no other slot holds when it is freed",
                &format!("slot `two` (id {}) of the same thread", ids[1]),
                "Suricata would free it for each slot; the mock frees it once",
                "HostBuilder::shared_values",
            ],
        );
    }
}

#[test]
fn a_value_may_be_moved_and_two_may_be_swapped_between_slots() {
    let host = V9.host();
    let frees = Frees::default();
    let [one, two] = [c"one", c"two"].map(|name| V9.register(name));
    worker(&host).run(|tv| {
        V9.set(tv, one, value(1, &frees));
        let moved = V9.get(tv, one);
        V9.set(tv, two, moved);
        V9.set(tv, one, null());
        V9.set(tv, one, value(2, &frees));
        let [first, second] = [V9.get(tv, one), V9.get(tv, two)];
        V9.set(tv, one, second);
        V9.set(tv, two, first);
    });
    host.shutdown();
    assert_eq!(tags(&frees), [1, 2]);
}

#[test]
fn ids_and_static_values_may_be_in_several_slots() {
    static SHARED: u64 = 7;
    let host = V9.host();
    let ids = [c"a", c"b"].map(|name| V9.register_raw(name.as_ptr(), Some(forget)));
    for address in [0x0012_3450, (&raw const SHARED).expose_provenance()] {
        let set = |tv| ids.map(|id| V9.set(tv, id, std::ptr::with_exposed_provenance_mut(address)));
        worker(&host).run(set);
    }
    host.shutdown();
}

#[test]
fn a_value_held_by_two_threads_is_freed_once() {
    for raw in BOTH {
        let host = raw.recording();
        let frees = Frees::default();
        let id = raw.register(c"one");
        let threads = host.start(RunMode::Autofp {
            receivers: 1,
            workers: 2,
        });
        let made = threads.workers[0].run(|tv| {
            let made = value(1, &frees);
            raw.set(tv, id, made);
            made.expose_provenance()
        });
        threads.workers[1].run(|tv| raw.set(tv, id, std::ptr::with_exposed_provenance_mut(made)));
        host.shutdown();
        assert_eq!(tags(&frees), [1]);
        let report = only_report(&host, ReportKind::ValueFreedTwice);
        assert_says(
            &report.to_string(),
            &["on thread `W#01`", "of thread `W#02`"],
        );
    }
}

static OWN_SLOT: Mutex<Option<(usize, i32)>> = Mutex::new(None);
static OWN_SLOT_FREES: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn free_own_slot(_: *mut c_void) {
    OWN_SLOT_FREES.fetch_add(1, Ordering::SeqCst);
    if let Some((tv, id)) = *OWN_SLOT.lock().unwrap() {
        V9.free(ptr(tv).cast(), id);
    }
}

#[test]
fn a_value_freed_again_by_its_own_free_function() {
    let host = V9.recording();
    let id = V9.register_raw(c"state".as_ptr(), Some(free_own_slot));
    worker(&host).run(|tv| {
        V9.set(tv, id, ptr(1));
        *OWN_SLOT.lock().unwrap() = Some((tv.addr(), id));
        V9.free(tv, id);
    });
    assert_eq!(OWN_SLOT_FREES.load(Ordering::SeqCst), 1);
    let report = only_report(&host, ReportKind::ValueFreedTwice);
    assert_says(
        &report.to_string(),
        &[
            "SCThreadFreeStorageById",
            "`state`",
            "once for 0x1",
            "its own free function",
        ],
    );
}

#[test]
fn a_value_stored_after_the_shutdown_on_a_thread_that_is_never_freed() {
    for raw in BOTH {
        let host = raw.recording();
        let [id, other] = [c"state", c"other"].map(|n| raw.register_raw(n.as_ptr(), Some(forget)));
        host.finalize();
        let manager = host.spawn("US", ThreadKind::Command);
        manager.run(|tv| raw.set(tv, id, ptr(1)));
        manager.join();
        assert_eq!(raw.set(manager.as_ptr(), other, ptr(2)), 0);
        host.shutdown();
        assert_eq!(host.left_values().len(), 2);
        assert_eq!(raw.get(manager.as_ptr(), id), ptr(1));
        assert_eq!(raw.set(manager.as_ptr(), id, null()), 0);
        assert_eq!(host.reports(), []);
        assert_eq!(raw.set(manager.as_ptr(), id, ptr(7)), 0);
        assert_eq!(raw.get(manager.as_ptr(), id), ptr(7));
        let report = only_report(&host, ReportKind::ValueNeverFreed);
        assert_says(
            &report.to_string(),
            &[
                &format!("{}ThreadSetStorageById", raw.prefix),
                "slot `state`",
                "thread `US`",
                "expected no value after the shutdown",
                "actually 0x7.",
                "Suricata would leak",
            ],
        );
    }
}

static STORED_EARLY: Mutex<Option<(usize, i32)>> = Mutex::new(None);

unsafe extern "C" fn free_and_store_early(_: *mut c_void) {
    if let Some((tv, id)) = STORED_EARLY.lock().unwrap().take() {
        V9.set(ptr(tv).cast(), id, ptr(7));
    }
}

#[test]
fn a_value_that_the_shutdown_frees_does_not_count_as_left() {
    let host = V9.recording();
    let first = V9.register_raw(c"first".as_ptr(), Some(forget));
    let second = V9.register_raw(c"second".as_ptr(), Some(free_and_store_early));
    let worker = worker(&host);
    worker.run(|tv| {
        V9.set(tv, second, ptr(1));
        *STORED_EARLY.lock().unwrap() = Some((tv.addr(), first));
        V9.free_all(tv);
    });
    assert_eq!(worker.peek(first), ptr(7));
    host.shutdown();
    assert!(worker.peek(first).is_null());
    assert_eq!(host.reports(), []);
}

static STORES_ANOTHER: Mutex<Option<(usize, i32)>> = Mutex::new(None);

unsafe extern "C" fn store_another(_: *mut c_void) {
    if let Some((tv, id)) = STORES_ANOTHER.lock().unwrap().take() {
        V9.set(ptr(tv).cast(), id, ptr(9));
    }
}

#[test]
fn a_value_stored_by_the_free_function_of_its_slot_and_lost() {
    let host = V9.recording();
    let id = V9.register_raw(c"state".as_ptr(), Some(store_another));
    worker(&host).run(|tv| {
        V9.set(tv, id, ptr(1));
        *STORES_ANOTHER.lock().unwrap() = Some((tv.addr(), id));
        V9.free(tv, id);
        assert!(V9.get(tv, id).is_null());
    });
    let report = only_report(&host, ReportKind::ValueLost);
    assert_says(
        &report.to_string(),
        &[
            "SCThreadFreeStorageById",
            "`state`",
            "while 0x1 is freed",
            "stored 0x9",
            "would leak",
        ],
    );
}

/// An allocator may well put the new value here, once the old one is freed.
unsafe extern "C" fn store_at_the_same_address(value: *mut c_void) {
    if let Some((tv, id)) = STORES_AT_THE_SAME_ADDRESS.lock().unwrap().take() {
        V9.set(ptr(tv).cast(), id, ptr(0));
        V9.set(ptr(tv).cast(), id, value);
    }
}

static STORES_AT_THE_SAME_ADDRESS: Mutex<Option<(usize, i32)>> = Mutex::new(None);

#[test]
fn a_value_that_a_free_function_stores_is_lost_at_the_address_of_the_old_one_too() {
    let host = V9.recording();
    let id = V9.register_raw(c"state".as_ptr(), Some(store_at_the_same_address));
    let other = V9.register_raw(c"other".as_ptr(), Some(forget));
    worker(&host).run(|tv| {
        V9.set(tv, id, ptr(0x12_3458));
        *STORES_AT_THE_SAME_ADDRESS.lock().unwrap() = Some((tv.addr(), id));
        V9.free(tv, id);
        assert!(V9.get(tv, id).is_null());
        // Nothing holds the old value any more.
        assert_eq!(V9.set(tv, other, ptr(0x12_3458)), 0);
        V9.free(tv, other);
    });
    let report = only_report(&host, ReportKind::ValueLost);
    assert_says(
        &report.to_string(),
        &["while 0x123458 is freed", "stored 0x123458"],
    );
}

static FREES_ANOTHER: Mutex<Option<(usize, i32, usize)>> = Mutex::new(None);
static ANOTHER_FREES: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A value whose free function stores nothing.
const LAST: usize = 1000;

/// Stores a value in its slot and frees it: first `LAST`, which ends this, then another one, as often
/// as is wanted.
unsafe extern "C" fn free_another(value: *mut c_void) {
    if value.addr() == LAST {
        return;
    }
    ANOTHER_FREES.lock().unwrap().push(value.addr());
    let mut wanted = FREES_ANOTHER.lock().unwrap();
    let Some((tv, id, times @ 1..)) = *wanted else {
        return;
    };
    *wanted = Some((tv, id, times - 1));
    drop(wanted);
    for another in [LAST, value.addr() + 1] {
        V9.set(ptr(tv).cast(), id, ptr(another));
        V9.free(ptr(tv).cast(), id);
    }
}

#[test]
fn another_value_that_a_free_function_stores_may_be_freed_by_it_but_not_for_ever() {
    let host = V9.recording();
    let id = V9.register_raw(c"state".as_ptr(), Some(free_another));
    let worker = worker(&host);
    let free = |times| {
        worker.run(|tv| {
            V9.set(tv, id, ptr(1));
            *FREES_ANOTHER.lock().unwrap() = Some((tv.addr(), id, times));
            V9.free(tv, id);
            assert!(V9.get(tv, id).is_null());
        });
        std::mem::take(&mut *ANOTHER_FREES.lock().unwrap())
    };
    assert_eq!(free(0), [1]);
    assert_eq!(free(1), [1, 2]);
    assert_eq!(free(3), [1, 2, 3, 4]);
    assert_eq!(host.reports(), []);
    assert_eq!(free(1000).len(), 16);
    let kinds: Vec<_> = host.reports().iter().map(|report| report.kind).collect();
    assert!(
        kinds.contains(&ReportKind::ValueFreedTwice),
        "{:#?}",
        host.reports()
    );
    assert_says(
        &host.reports()[0].to_string(),
        &["again and again", "for ever"],
    );
}

#[test]
fn a_slot_that_was_never_registered() {
    for raw in BOTH {
        let host = raw.recording();
        let id = raw.register_raw(c"state".as_ptr(), Some(forget));
        worker(&host).run(|tv| {
            assert!(raw.get(tv, id + 1).is_null());
            assert_eq!(raw.set(tv, id + 1, ptr(1)), -1);
            raw.free(tv, id + 1);
            assert!(raw.get(tv, -1).is_null());
            assert!(raw.get(tv, 0).is_null());
        });
        let reports = host.reports();
        assert_eq!(reports.len(), 5);
        assert!(reports.iter().all(|r| r.kind == ReportKind::UnknownSlot));
        for (report, call) in reports.iter().zip(["Get", "Set", "Free"]) {
            assert_says(
                &report.to_string(),
                &[
                    &format!("{}Thread{call}StorageById", raw.prefix),
                    &format!("id {}", id + 1),
                    "thread `W#01`",
                    "expected the id of a slot of this host",
                    &format!("{id} to {id}"),
                    "actually a slot of Suricata's own",
                    "Suricata does not check the id",
                ],
            );
        }
        assert_says(
            &reports[3].to_string(),
            &["the result of a refused registration"],
        );
        assert_says(&reports[4].to_string(), &["never registered"]);
    }
}

#[test]
fn a_slot_of_another_host_or_of_one_that_has_ended() {
    let ended = V9.host();
    let [_, stale] = [c"first", c"state"].map(|name| V9.register(name));
    drop(ended);
    let _other = V9.host();
    let others = V9.register_raw(c"state".as_ptr(), Some(forget));
    let host = V9.recording();
    V9.register_raw(c"state".as_ptr(), Some(forget));
    worker(&host).run(|tv| {
        assert!(V9.get(tv, stale).is_null());
        assert_eq!(V9.set(tv, others, ptr(1)), -1);
    });
    let reports = host.reports();
    assert_eq!(reports.len(), 2);
    assert_says(
        &reports[0].to_string(),
        &[
            "SCThreadGetStorageById",
            &format!("slot `state` (id {stale})"),
            "actually an id of a host that has ended",
            "In Rust, let each `init` set the handle anew, not a `OnceLock`",
            "In C, let each Init set the id anew",
        ],
    );
    assert_says(
        &reports[1].to_string(),
        &[
            "SCThreadSetStorageById",
            &format!("slot `state` (id {others})"),
            "actually an id of another host",
        ],
    );
}

#[test]
fn a_slot_name_in_the_memory_of_another() {
    for raw in BOTH {
        let host = raw.recording();
        raw.register(c"before");
        let buffer = Box::leak(Box::new(*b"first\0")).as_mut_ptr();
        let register = |name: &[u8; 6]| {
            // SAFETY: the buffer is for as many bytes, and nobody else looks at it.
            unsafe { buffer.copy_from_nonoverlapping(name.as_ptr(), name.len()) };
            raw.register_raw(buffer.cast(), Some(forget))
        };
        let id = register(b"first\0");
        assert_eq!(register(b"first\0"), -1);
        assert_eq!(host.reports(), [], "the name is what it was");
        assert_eq!(register(b"other\0"), -1);
        let report = only_report(&host, ReportKind::NameChanged);
        assert_says(
            &report.to_string(),
            &[
                &format!("{}ThreadStorageRegister of slot \"other\"", raw.prefix),
                "thread `Suricata-Main`",
                "expected a name in memory of its own",
                &format!("in the memory of the name of slot `first` (id {id})"),
                "Suricata keeps the pointer",
            ],
        );
        let log: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
        let taken =
            |name| format!("storage for type \"thread\" with name \"{name}\" already registered");
        assert_eq!(log, [taken("first"), taken("other")]);
        // Suricata compares with what is there now.
        assert_eq!(raw.register_raw(c"other".as_ptr(), Some(forget)), -1);
        let again = raw.register_raw(c"first".as_ptr(), Some(forget));
        assert_eq!(again, id + 1);
        assert_eq!(host.reports().len(), 1);
    }
}

#[test]
fn a_slot_registered_after_the_thread_was_created() {
    let host = V9.recording();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let id = V9.register_raw(c"late".as_ptr(), Some(forget));
    host.finalize();
    worker.run(|tv| assert_eq!(V9.set(tv, id, ptr(1)), -1));
    let report = only_report(&host, ReportKind::UnknownSlot);
    assert_says(
        &report.to_string(),
        &["slot `late`", "registered later", "no room"],
    );
}

#[test]
fn storage_used_before_registration_has_closed() {
    for raw in BOTH {
        let host = raw.recording();
        let id = raw.register_raw(c"state".as_ptr(), Some(forget));
        host.spawn("W#01", ThreadKind::Worker).run(|tv| {
            assert!(raw.get(tv, id).is_null());
            assert_eq!(raw.set(tv, id, ptr(1)), -1);
        });
        let reports = host.reports();
        assert_eq!(reports.len(), 2);
        for (report, call) in reports.iter().zip(["Get", "Set"]) {
            assert_eq!(report.kind, ReportKind::StorageNotFinalized);
            assert_says(
                &report.to_string(),
                &[
                    &format!("{}Thread{call}StorageById", raw.prefix),
                    &format!("`state` (id {id})"),
                    "`W#01`",
                    "expected after registration has closed",
                    "actually before",
                    "Suricata's debug builds abort",
                ],
            );
        }
    }
}

#[test]
fn a_thread_vars_used_after_it_was_freed() {
    for raw in BOTH {
        let host = raw.recording();
        let id = raw.register_raw(c"state".as_ptr(), Some(forget));
        let worker = worker(&host);
        worker.join();
        worker.free();
        assert_eq!(raw.set(worker.as_ptr(), id, ptr(1)), -1);
        let report = only_report(&host, ReportKind::ThreadVarsFreed);
        assert_says(
            &report.to_string(),
            &[
                &format!("{}ThreadSetStorageById", raw.prefix),
                &format!("slot `state` (id {id})"),
                "on thread `Suricata-Main`",
                "expected a ThreadVars that is in use",
                "actually that of thread `W#01`, which was freed",
                "Suricata would read or write freed memory",
            ],
        );
    }
}

#[test]
fn a_thread_vars_of_a_host_that_has_ended() {
    let ended = V9.host();
    let tv = ended.spawn("W#01", ThreadKind::Worker).as_ptr();
    drop(ended);
    let host = V9.recording();
    assert!(V9.get(tv, 1024).is_null());
    let report = only_report(&host, ReportKind::ThreadVarsFreed);
    assert_says(
        &report.to_string(),
        &[
            "SCThreadGetStorageById of slot",
            "that of thread `W#01` of a host that has ended",
        ],
    );
}

#[test]
fn an_unknown_thread_vars() {
    for raw in BOTH {
        let host = raw.recording();
        assert!(raw.get(std::ptr::null(), 0).is_null());
        assert_eq!(raw.set(ptr(64).cast(), 0, ptr(1)), -1);
        let flow = host.flow().as_ptr();
        assert!(raw.get(flow.cast(), 0).is_null());
        assert!(raw.get(flow.wrapping_byte_add(1).cast(), 0).is_null());
        let reports = host.reports();
        assert_eq!(reports.len(), 4);
        assert!(
            reports
                .iter()
                .all(|r| r.kind == ReportKind::ThreadVarsUnknown)
        );
        assert_says(
            &reports[0].to_string(),
            &[
                "GetStorageById",
                "`Suricata-Main`",
                "expected",
                "NULL",
                "Suricata would crash",
            ],
        );
        assert_says(
            &reports[1].to_string(),
            &["SetStorageById", "no host gave out"],
        );
        assert_says(&reports[2].to_string(), &["of a flow or a packet"]);
        assert_says(&reports[3].to_string(), &["no host gave out"]);
    }
}

#[test]
fn a_thread_vars_used_on_another_thread() {
    for raw in BOTH {
        let host = raw.recording();
        let id = raw.register_raw(c"state".as_ptr(), Some(forget));
        let threads = host.start(RunMode::Autofp {
            receivers: 1,
            workers: 2,
        });
        let tv = threads.workers[0].as_ptr();
        let addr = tv.addr();
        assert!(raw.get(tv, id).is_null());
        threads.workers[1].run(|_| assert_eq!(raw.set(ptr(addr).cast(), id, ptr(1)), -1));
        let reports = host.reports();
        assert_eq!(reports.len(), 2);
        for (report, (call, thread)) in reports
            .iter()
            .zip([("Get", "`Suricata-Main`"), ("Set", "`W#02`")])
        {
            assert_eq!(report.kind, ReportKind::WrongThread);
            assert_says(
                &report.to_string(),
                &[
                    &format!("{}Thread{call}StorageById", raw.prefix),
                    &format!("slot `state` (id {id})"),
                    thread,
                    "expected the ThreadVars of thread `W#01` on that thread itself",
                    "actually on thread",
                    "Suricata has no lock",
                ],
            );
        }
    }
}

#[test]
fn registration_inside_a_callback() {
    for raw in BOTH {
        let host = raw.recording();
        on_thread_init(move |_| {
            assert!(!on_thread_init(|_| {}));
            assert!(!on_flow_init(|_| {}));
            assert_eq!(raw.register_raw(c"late".as_ptr(), Some(forget)), -1);
        });
        host.spawn("W#01", ThreadKind::Worker);
        let reports = host.reports();
        assert_eq!(reports.len(), 3);
        let iterating = "Suricata would add to the list that it is iterating over";
        let calls = [
            (
                "SCThreadRegisterInitCallback of a thread init callback".to_owned(),
                iterating,
            ),
            (
                "SCFlowRegisterInitCallback of a flow init callback".to_owned(),
                iterating,
            ),
            (
                format!("{}ThreadStorageRegister of slot \"late\"", raw.prefix),
                "Suricata would refuse it too",
            ),
        ];
        for (report, (call, suricata)) in reports.iter().zip(&calls) {
            assert_eq!(report.kind, ReportKind::RegistrationInCallback);
            assert_says(
                &report.to_string(),
                &[
                    call,
                    "`Suricata-Main`",
                    "expected outside callbacks, in `Init`",
                    "by a callback",
                    suricata,
                ],
            );
        }
    }
}

#[test]
fn a_callback_registered_after_threads_were_created() {
    let host = V9.recording();
    host.spawn("W#01", ThreadKind::Worker);
    let ran = Arc::new(AtomicI32::new(0));
    let count = ran.clone();
    assert!(on_thread_init(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    }));
    let report = only_report(&host, ReportKind::LateRegistration);
    assert_says(
        &report.to_string(),
        &[
            "SCThreadRegisterInitCallback",
            "`Suricata-Main`",
            "before threads are created",
            "after threads were created",
            "Suricata would accept it",
            "later threads only",
        ],
    );
    host.spawn("W#02", ThreadKind::Worker);
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[test]
fn a_null_callback() {
    let host = V9.recording();
    // SAFETY: nothing is registered.
    assert!(!unsafe { sys::common::SCThreadRegisterInitCallback(None, null()) });
    // SAFETY: as above.
    assert!(!unsafe { sys::common::SCFlowRegisterFinishCallback(None, null()) });
    let reports = host.reports();
    assert_eq!(reports.len(), 2);
    assert!(reports.iter().all(|r| r.kind == ReportKind::NullCallback));
    assert_says(
        &reports[0].to_string(),
        &[
            "SCThreadRegisterInitCallback",
            "expected a callback",
            "crash",
        ],
    );
}

unsafe extern "C-unwind" fn free_panics(_: *mut c_void) {
    panic!("cannot free");
}

#[test]
fn a_panic_that_reaches_the_boundary() {
    let host = V9.recording();
    let free: unsafe extern "C-unwind" fn(*mut c_void) = free_panics;
    // SAFETY: "C" and "C-unwind" functions are called alike, and the mock catches unwinding.
    let free: unsafe extern "C" fn(*mut c_void) = unsafe { std::mem::transmute(free) };
    let id = V9.register_raw(c"state".as_ptr(), Some(free));
    on_thread_init(|_| {});
    on_thread_init(|_| panic!("no {}", "luck"));
    on_flow_init(|_| std::panic::panic_any(7));
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    worker.flow_init(&host.flow());
    worker.run(|tv| V9.set(tv, id, ptr(1)));
    host.shutdown();
    let reports = host.reports();
    assert_eq!(reports.len(), 3);
    assert!(
        reports
            .iter()
            .all(|r| r.kind == ReportKind::PanicAtBoundary)
    );
    let free = format!("free function of slot `state` (id {id})");
    let texts: [&[&str]; 3] = [
        &[
            "thread init callback 2",
            "`W#01`",
            "panicked: no luck",
            "Suricata would crash",
        ],
        &["flow init callback 1", "`W#01`", "not text"],
        &[&free, "`W#01`", "panicked: cannot free"],
    ];
    for (report, says) in reports.iter().zip(texts) {
        assert_says(&report.to_string(), says);
    }
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::panic_any(Bomb);
    }
}

#[test]
fn a_panic_payload_that_panics_when_dropped_is_contained() {
    let host = V9.recording();
    on_thread_init(|_| std::panic::panic_any(Bomb));
    host.spawn("W#01", ThreadKind::Worker);
    only_report(&host, ReportKind::PanicAtBoundary);
}

#[test]
fn a_function_of_the_hosts_own_called_by_a_plugin() {
    for raw in BOTH {
        let host = raw.recording();
        let frees = Frees::default();
        let id = raw.register(c"state");
        let made = frees.clone();
        on_thread_init(move |tv| {
            raw.set(tv, id, value(1, &made));
            raw.free_all(tv);
            assert!(tags(&made).is_empty());
            // SAFETY: the mock refuses it.
            unsafe { sys::common::SCThreadRunInitCallbacks(tv) };
            assert_eq!(raw.storage_finalize(), -1);
        });
        host.finalize();
        host.spawn("W#01", ThreadKind::Worker);
        let reports = host.reports();
        assert_eq!(reports.len(), 3);
        assert!(reports.iter().all(|r| r.kind == ReportKind::HostFunction));
        let name = format!("{}ThreadFreeStorage", raw.prefix);
        assert_says(
            &reports[0].to_string(),
            &[
                &name,
                "expected by the host alone",
                "by plugin code",
                "Suricata would",
            ],
        );
        assert_says(&reports[1].to_string(), &["SCThreadRunInitCallbacks"]);
        assert_says(&reports[2].to_string(), &["StorageFinalize"]);
        host.shutdown();
        assert_eq!(tags(&frees), [1]);
    }
}

#[test]
fn a_call_on_a_thread_of_no_host() {
    let name = "belongs to nobody";
    let host = V9.host();
    let run = || {
        assert!(!on_thread_init(|_| {}));
        assert_eq!(V9.register(c"a"), -1);
        assert_eq!(V8.register(c"a"), -1);
        assert_eq!(V9.size(), 0);
        let text = c"lost?".as_ptr();
        // SAFETY: the texts are C strings.
        unsafe {
            let level = sys::common::SCLogLevel::SC_LOG_NOTICE;
            assert_eq!(
                sys::common::SCLogMessage(level, text, 1, text, text, text),
                -1
            );
            assert_eq!(
                sys::common::SCLogGetLogLevel(),
                sys::common::SCLogLevel::SC_LOG_INFO
            );
            sys::common::SCFlowRunFinishCallbacks(std::ptr::null_mut(), std::ptr::null_mut());
            assert_eq!(sys::v9::SCStorageFinalize(), -1);
        }
        assert!(V9.get(std::ptr::null(), 0).is_null());
    };
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.unwrap().join().unwrap();
    let mine: Vec<_> = stray_reports()
        .into_iter()
        .filter(|r| r.to_string().contains(name))
        .collect();
    let calls = [
        "SCThreadRegisterInitCallback",
        "SCThreadStorageRegister",
        "ThreadStorageRegister",
        "SCThreadStorageSize",
        "SCLogMessage",
        "SCFlowRunFinishCallbacks",
        "SCStorageFinalize",
        "SCThreadGetStorageById",
    ];
    assert_eq!(mine.len(), calls.len(), "{mine:#?}");
    for (report, call) in mine.iter().zip(calls) {
        assert!(report.to_string().starts_with(call), "{report}");
    }
    assert_eq!(mine[0].kind, ReportKind::NoHost);
    assert_says(
        &mine[0].to_string(),
        &[
            name,
            "expected a thread of a live `Host`",
            "host.enter()",
            "belongs to no mock host",
            "refuses",
        ],
    );
    assert_says(&mine[4].to_string(), &["Notice", "lost?"]);
    assert!(host.reports().is_empty());
}

#[test]
fn a_repeated_call_on_a_thread_of_no_host_is_counted() {
    let calls = || (0..300).for_each(|_| assert_eq!(V9.size(), 0));
    let thread = std::thread::Builder::new().name("again and again".to_owned());
    thread.spawn(calls).unwrap().join().unwrap();
    let strays = stray_reports();
    let mine = |stray: &&Report| stray.to_string().contains("`again and again`");
    let mine: Vec<_> = strays.iter().filter(mine).collect();
    assert_eq!(mine.len(), 1, "{mine:#?}");
    assert_eq!((mine[0].kind, mine[0].times), (ReportKind::NoHost, 300));
}

#[test]
fn each_report_without_a_host_is_printed_once() {
    let printed = stderr_of("a_repeated_call_on_a_thread_of_no_host_is_counted");
    let lines = printed.matches("on thread `again and again`: expected");
    assert_eq!(lines.count(), 1, "{printed}");
}

#[test]
fn a_plugin_that_drives_the_host() {
    let host = V9.recording();
    let threads: &'static Mutex<Vec<Thread>> = Box::leak(Box::default());
    on_flow_init(move |_| {
        let other = threads.lock().unwrap().pop().unwrap();
        other.run(|_| {});
    });
    let one = host.spawn("W#01", ThreadKind::Worker);
    let two = host.spawn("W#02", ThreadKind::Worker);
    *threads.lock().unwrap() = vec![one.clone(), two];
    one.flow_init(&host.flow());
    one.flow_init(&host.flow());
    let reports = host.reports();
    assert_eq!(reports[0].kind, ReportKind::DrivenFromPlugin);
    assert_says(
        &reports[0].to_string(),
        &[
            "Thread::run",
            "`W#01`",
            "expected by the test alone",
            "by plugin code",
        ],
    );
    assert_eq!((reports.len(), reports[0].times), (2, 2));
    threads.lock().unwrap().clear();
}

#[test]
fn verify_panics_with_every_report_once() {
    let host = V9.host();
    host.verify();
    V9.get(std::ptr::null(), 0);
    V9.get(std::ptr::null(), 0);
    V9.set(std::ptr::null_mut(), 0, ptr(1));
    let text = panic_of(|| host.verify());
    assert_says(
        &text,
        &[
            "2 misuse(s)",
            "SCThreadGetStorageById",
            "(2 times)",
            "SCThreadSetStorageById",
        ],
    );
    host.verify();
    drop(host);
}

#[test]
fn one_mistake_on_several_threads_is_one_line() {
    let host = V9.host();
    let id = V9.register_raw(c"state".as_ptr(), Some(forget));
    for worker in host.start(RunMode::Workers { threads: 9 }).workers {
        worker.run(|tv| {
            for value in 1..=3 {
                assert_eq!(V9.set(tv, id, ptr(value)), 0);
            }
        });
    }
    let report = &host.reports()[0];
    assert_eq!(
        (&*report.call, &*report.thread),
        ("SCThreadSetStorageById", "W#01-eth0")
    );
    assert_eq!(report.slot, Some(format!("`state` (id {id})")));
    assert_eq!(report.actual, "it held 0x1, now replaced by 0x2");
    assert_eq!(report.consequence, "Suricata would leak the old value");
    let text = panic_of(|| host.verify());
    assert_eq!(text.lines().count(), 2, "{text}");
    assert_says(
        &text,
        &[
            "1 misuse(s)",
            "(18 times; also on thread `W#02-eth0`, ",
            "`W#06-eth0` and 3 more)",
        ],
    );
}

#[test]
fn a_host_that_nobody_verified_verifies_itself_when_dropped() {
    let host = V9.host();
    V9.get(std::ptr::null(), 0);
    let text = panic_of(|| drop(host));
    assert_says(&text, &["1 misuse(s)", "SCThreadGetStorageById"]);
}

#[test]
fn misuse_in_the_shutdown_by_drop_is_reported() {
    let host = V9.host();
    let free: unsafe extern "C-unwind" fn(*mut c_void) = free_panics;
    // SAFETY: "C" and "C-unwind" functions are called alike, and the mock catches unwinding.
    let free: unsafe extern "C" fn(*mut c_void) = unsafe { std::mem::transmute(free) };
    let id = V9.register_raw(c"state".as_ptr(), Some(free));
    worker(&host).run(|tv| V9.set(tv, id, ptr(1)));
    host.verify();
    let text = panic_of(|| drop(host));
    assert_says(&text, &["free function of slot `state`", "cannot free"]);
}

#[test]
fn a_test_that_panics_already_is_not_disturbed() {
    let text = panic_of(|| {
        let _host = V9.host();
        V9.get(std::ptr::null(), 0);
        panic!("the test's own");
    });
    assert_eq!(text, "the test's own");
}

#[test]
fn a_host_that_only_records_never_panics() {
    let host = V9.recording();
    V9.get(std::ptr::null(), 0);
    host.verify();
    assert_eq!(host.reports().len(), 1);
    drop(host);
}

#[test]
fn reports_name_the_seed_after_traffic() {
    let host = Host::builder().seed(4711).build();
    on_flow_init(|_| panic!("at a flow"));
    host.start(RunMode::Single);
    host.traffic(suricata_thread_mock::Traffic::default());
    let text = panic_of(|| host.verify());
    assert_says(&text, &["at a flow", "(100 times)", "seed(4711)"]);
}

#[test]
fn shared_values_are_freed_for_each_slot_if_the_host_allows_them() {
    unsafe extern "C" fn release(ptr: *mut c_void) {
        // SAFETY: each slot has a reference of its own.
        drop(unsafe { Arc::from_raw(ptr.cast::<Frees>()) });
    }
    for raw in BOTH {
        let host = Host::builder()
            .generation(raw.generation)
            .shared_values()
            .build();
        let shared = Arc::new(Frees::default());
        let ids = [c"one", c"two"].map(|n| raw.register_raw(n.as_ptr(), Some(release)));
        host.finalize();
        for name in ["W#01", "W#02"] {
            host.spawn(name, ThreadKind::Worker).run(|tv| {
                for id in ids {
                    let reference = Arc::into_raw(Arc::clone(&shared));
                    raw.set(tv, id, reference.cast_mut().cast());
                }
            });
        }
        assert_eq!(Arc::strong_count(&shared), 5);
        host.threads()[0].run(|tv| raw.free(tv, ids[0]));
        assert_eq!(Arc::strong_count(&shared), 4);
        host.shutdown();
        assert_eq!(Arc::strong_count(&shared), 1);
        assert_eq!(host.reports(), []);
    }
}

#[test]
fn misuse_that_differs_only_in_pointers_is_one_report() {
    let host = V9.recording();
    let id = V9.register_raw(c"state".as_ptr(), Some(forget));
    worker(&host).run(|tv| {
        for n in 1..=5001 {
            V9.set(tv, id, ptr(n));
        }
    });
    assert_eq!(only_report(&host, ReportKind::ValueLost).times, 5000);
}

#[test]
fn a_long_list_of_reports_is_cut() {
    let host = V9.host();
    worker(&host).run(|tv| {
        for id in 0..77 {
            V9.get(tv, id);
        }
    });
    assert_eq!(host.reports().len(), 77);
    let text = panic_of(|| host.verify());
    assert_says(&text, &["77 misuse(s)", "id 39 ", "and 37 more"]);
    assert!(!text.contains("with id 40 "), "{text}");
}

/// Runs this test alone in a process with `CHILD` set, and returns its stderr.
fn stderr_of(test: &str) -> String {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("CHILD", "1")
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn reports_of_a_test_that_panics_already_are_printed() {
    if std::env::var_os("CHILD").is_some() {
        let host = V9.host();
        V9.get(std::ptr::null(), 0);
        let _flow = host.flow();
        panic!("the test's own");
    }
    let text = stderr_of("reports_of_a_test_that_panics_already_are_printed");
    assert_says(
        &text,
        &[
            "the test's own",
            "1 misuse(s)",
            "SCThreadGetStorageById",
            "if the failure depends on the flows: seed ",
            "Host::builder().seed(",
        ],
    );
}

#[test]
fn a_failure_without_random_flows_names_no_seed() {
    if std::env::var_os("CHILD").is_some() {
        let host = V9.host();
        let flow = host.flow_with_hash(1);
        host.flow_init_without_thread(&flow);
        host.traffic(suricata_thread_mock::Traffic::default());
    }
    let text = stderr_of("a_failure_without_random_flows_names_no_seed");
    assert_says(&text, &["traffic needs a running thread"]);
    assert!(!text.contains("Host::builder().seed("), "{text}");
}

#[test]
fn a_failure_after_a_replay_names_the_seed() {
    let host = Host::builder().seed(4711).build();
    host.start(RunMode::Single);
    host.replay([1]);
    V9.get(std::ptr::null(), 0);
    assert_says(&panic_of(|| host.verify()), &["seed(4711)"]);
}

#[test]
fn reports_of_a_host_that_plugin_code_drops_are_printed() {
    let child = std::env::var_os("CHILD").is_some();
    let host = V9.recording();
    on_thread_init(move |_| {
        let inner = V9.host();
        if child {
            V9.get(std::ptr::null(), 0);
        }
        drop(inner);
    });
    host.spawn("W#01", ThreadKind::Worker);
    let report = only_report(&host, ReportKind::DrivenFromPlugin);
    assert_says(
        &report.to_string(),
        &["the drop of a Host", "by plugin code"],
    );
    if !child {
        let text = stderr_of("reports_of_a_host_that_plugin_code_drops_are_printed");
        assert_says(&text, &["1 misuse(s)", "SCThreadGetStorageById"]);
    }
}

#[test]
fn a_failure_after_a_flow_from_the_seed_names_the_seed() {
    let host = Host::builder().seed(4711).build();
    let _flow = host.flow();
    V9.get(std::ptr::null(), 0);
    assert_says(&panic_of(|| host.verify()), &["seed(4711)"]);
}

/// The thread that the payload below frees when it is dropped.
static FREED_BY_PAYLOAD: Mutex<Option<Thread>> = Mutex::new(None);

struct FreesThread;

impl Drop for FreesThread {
    fn drop(&mut self) {
        let thread = FREED_BY_PAYLOAD.lock().unwrap().take();
        if let Some(thread) = thread {
            thread.free();
        }
    }
}

unsafe extern "C-unwind" fn free_panics_with_a_payload(_: *mut c_void) {
    std::panic::panic_any(FreesThread);
}

#[test]
fn a_panic_payload_that_drives_the_host_does_not_hang() {
    let host = V9.recording();
    let free: unsafe extern "C-unwind" fn(*mut c_void) = free_panics_with_a_payload;
    // SAFETY: "C" and "C-unwind" functions are called alike, and the mock catches unwinding.
    let free: unsafe extern "C" fn(*mut c_void) = unsafe { std::mem::transmute(free) };
    let id = V9.register_raw(c"state".as_ptr(), Some(free));
    let worker = worker(&host);
    worker.run(|tv| V9.set(tv, id, ptr(1)));
    *FREED_BY_PAYLOAD.lock().unwrap() = Some(worker.clone());
    worker.join();
    worker.free();
    let kinds: Vec<_> = host.reports().iter().map(|r| r.kind).collect();
    assert_eq!(
        kinds,
        [ReportKind::DrivenFromPlugin, ReportKind::PanicAtBoundary]
    );
}

unsafe extern "C" fn alloc_again(_: c_uint) -> *mut c_void {
    let (tv, id) = OWN_ALLOC.lock().unwrap().expect("set by the test");
    let id = sys::v8::ThreadStorageId { id };
    // SAFETY: the mock notices that this would go on for ever.
    unsafe { sys::v8::ThreadAllocStorageById(ptr(tv).cast(), id) }
}

static OWN_ALLOC: Mutex<Option<(usize, i32)>> = Mutex::new(None);

#[test]
fn an_alloc_function_that_asks_for_its_own_slot_is_called_once() {
    let host = V8.recording();
    let (name, alloc, free) = (c"state".as_ptr(), Some(alloc_again as _), Some(forget as _));
    // SAFETY: the name and the functions stay.
    let slot = unsafe { sys::v8::ThreadStorageRegister(name, 8, alloc, free) };
    let worker = worker(&host);
    worker.run(|tv| {
        *OWN_ALLOC.lock().unwrap() = Some((tv.addr(), slot.id));
        // SAFETY: the host's thread and slot.
        assert!(unsafe { sys::v8::ThreadAllocStorageById(tv, slot) }.is_null());
    });
    let report = only_report(&host, ReportKind::AllocRecursion);
    assert_says(
        &report.to_string(),
        &["slot `state`", "call the alloc function for ever"],
    );
}

unsafe extern "C" fn alloc_number(_: c_uint) -> *mut c_void {
    ptr(7)
}

#[test]
fn a_value_that_a_set_stored_is_not_an_allocated_one() {
    let host = V8.recording();
    let (name, alloc, free) = (
        c"state".as_ptr(),
        Some(alloc_number as _),
        Some(forget as _),
    );
    // SAFETY: the name and the functions stay.
    let slot = unsafe { sys::v8::ThreadStorageRegister(name, 8, alloc, free) };
    // SAFETY: the host's thread and slot.
    let alloc = |tv| unsafe { sys::v8::ThreadAllocStorageById(tv, slot) }.addr();
    worker(&host).run(|tv| {
        assert_eq!([alloc(tv), alloc(tv)], [7, 7]);
        V8.set(tv, slot.id, ptr(7));
        assert_eq!(alloc(tv), 7);
    });
    assert!(host.reports().is_empty(), "{:?}", host.reports());
    worker(&host).run(|tv| {
        assert_eq!(alloc(tv), 7);
        V8.set(tv, slot.id, ptr(8));
        assert_eq!(alloc(tv), 8);
    });
    let report = only_report(&host, ReportKind::StoredThenAllocated);
    assert_says(
        &report.to_string(),
        &["slot `state`", "actually 0x8, which a set stored"],
    );
}
