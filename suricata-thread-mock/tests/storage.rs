//! The values of slots: on which thread they are used, and when they are freed.

mod raw;

use std::ffi::{c_int, c_uint, c_void};
use std::sync::atomic::{AtomicU32, Ordering};

use raw::{BOTH, Frees, V8, V9, forget, null, on_thread_init, ptr, tags, thread_name, value};
use suricata_thread_mock::{Generation, RunMode, ThreadKind};
use suricata_thread_sys as sys;

#[test]
fn a_slot_is_null_until_set_and_each_thread_has_its_own() {
    for raw in BOTH {
        let host = raw.host();
        let frees = Frees::default();
        let id = raw.register(c"a");
        host.finalize();
        let one = host.spawn("W#01", ThreadKind::Worker);
        let two = host.spawn("W#02", ThreadKind::Worker);
        let stored = one.run(|tv| {
            assert!(raw.get(tv, id).is_null());
            let made = value(1, &frees);
            assert_eq!(raw.set(tv, id, made), 0);
            assert_eq!(raw.get(tv, id), made);
            made.addr()
        });
        two.run(|tv| assert!(raw.get(tv, id).is_null()));
        assert_eq!(one.run(|tv| raw.get(tv, id).addr()), stored);
        assert_eq!(one.peek(id).addr(), stored);
        host.shutdown();
        assert_eq!(tags(&frees), [1]);
    }
}

#[test]
fn freeing_a_slot_calls_the_free_function_once_and_empties_it() {
    for raw in BOTH {
        let host = raw.host();
        let frees = Frees::default();
        let id = raw.register(c"a");
        let threads = host.start(RunMode::Single);
        threads.workers[0].run(|tv| {
            raw.free(tv, id);
            assert_eq!(tags(&frees), [], "never called with NULL");
            raw.set(tv, id, value(1, &frees));
            raw.free(tv, id);
            assert_eq!(tags(&frees), [1]);
            assert!(raw.get(tv, id).is_null());
            raw.free(tv, id);
            assert_eq!(tags(&frees), [1]);
        });
        host.shutdown();
        assert_eq!(tags(&frees), [1]);
    }
}

#[test]
fn shutdown_frees_on_its_own_thread_in_the_order_of_the_ids() {
    for raw in BOTH {
        let host = raw.host();
        let frees = Frees::default();
        let ids = [raw.register(c"a"), raw.register(c"b"), raw.register(c"c")];
        host.finalize();
        let worker = host.spawn("W#01", ThreadKind::Worker);
        worker.run(|tv| {
            for (tag, id) in [(3, ids[2]), (1, ids[0]), (2, ids[1])] {
                raw.set(tv, id, value(tag, &frees));
            }
        });
        host.shutdown();
        let me = thread_name();
        let expected: Vec<_> = [1, 2, 3].map(|tag| (tag, me.clone())).into();
        assert_eq!(*frees.lock().unwrap(), expected);
    }
}

#[test]
fn threads_that_manage_flows_are_freed_before_those_that_handle_packets() {
    // As seen in 8.0.8.
    for raw in BOTH {
        let host = raw.host();
        let frees = Frees::default();
        let id = raw.register(c"a");
        let count = AtomicU32::new(0);
        let made = frees.clone();
        on_thread_init(move |tv| {
            raw.set(tv, id, value(count.fetch_add(1, Ordering::SeqCst), &made));
        });
        host.finalize();
        host.spawn("US", ThreadKind::Command);
        host.start(RunMode::Autofp {
            receivers: 1,
            workers: 2,
        });
        host.spawn("CW", ThreadKind::Counters);
        host.shutdown();
        let expected: &[u32] = match raw.generation {
            Generation::V8 => &[4, 5, 6, 1, 2, 3],
            _ => &[4, 5, 6, 7, 1, 2, 3],
        };
        assert_eq!(tags(&frees), expected);
        let left = host.left_values();
        assert_eq!(left.len(), 1);
        assert_eq!(
            (&*left[0].thread, &*left[0].slot, left[0].id),
            ("US", "a", id)
        );
    }
}

#[test]
fn a_thread_that_is_never_freed_keeps_its_values_and_that_is_no_misuse() {
    let raw = raw::V9;
    let host = raw.host();
    let frees = Frees::default();
    let [_, id] = [c"a", c"b"].map(|name| raw.register(name));
    host.finalize();
    let manager = host.spawn("US", ThreadKind::Command);
    manager.run(|tv| raw.set(tv, id, value(1, &frees)));
    manager.join();
    manager.free();
    assert!(!manager.peek(id).is_null());
    host.shutdown();
    let left = host.left_values();
    assert_eq!(left.len(), 1);
    assert_eq!((&*left[0].slot, left[0].id), ("b", id));
    let held = raw.get(manager.as_ptr(), id);
    assert!(!held.is_null(), "it is there as before");
    assert_eq!(manager.peek(id), held);
    host.verify();
    drop(host);
    assert_eq!(tags(&frees), []);
}

#[test]
fn threads_come_and_go_and_each_has_its_values_freed_once() {
    for (raw, threads) in [(raw::V8, 5), (raw::V9, 6)] {
        let host = raw.host();
        let frees = Frees::default();
        let id = raw.register(c"a");
        let made = frees.clone();
        on_thread_init(move |tv| {
            raw.set(tv, id, value(1, &made));
        });
        host.finalize();
        let manager = host.spawn("US", ThreadKind::Command);
        for round in 1..=3 {
            // As in unix-socket mode: the unix manager creates and frees the threads.
            manager.run(|_| {
                let threads = host.start(RunMode::Autofp {
                    receivers: 1,
                    workers: 2,
                });
                threads.stop();
            });
            let frees = frees.lock().unwrap();
            assert_eq!(frees.len(), threads * round);
            assert!(frees.iter().all(|(_, thread)| thread == "US"), "{frees:?}");
        }
        host.shutdown();
        assert_eq!(frees.lock().unwrap().len(), 3 * threads);
    }
}

#[test]
fn the_host_only_function_frees_everything_of_a_thread() {
    for raw in BOTH {
        let host = raw.host();
        let frees = Frees::default();
        let ids = [raw.register(c"a"), raw.register(c"b")];
        host.finalize();
        let worker = host.spawn("W#01", ThreadKind::Worker);
        worker.run(|tv| {
            raw.set(tv, ids[0], value(1, &frees));
            raw.set(tv, ids[1], value(2, &frees));
            raw.free_all(tv);
            assert_eq!(tags(&frees), [1, 2]);
            assert!(raw.get(tv, ids[0]).is_null());
        });
        host.shutdown();
        assert_eq!(tags(&frees), [1, 2]);
    }
}

#[test]
fn a_swap_is_a_get_and_then_a_set_of_the_same_slot() {
    for raw in BOTH {
        let host = raw.host();
        let frees = Frees::default();
        let id = raw.register(c"a");
        let threads = host.start(RunMode::Single);
        threads.workers[0].run(|tv| {
            raw.set(tv, id, value(1, &frees));
            let old = raw.get(tv, id);
            raw.set(tv, id, value(2, &frees));
            // SAFETY: the slot has another value now.
            unsafe { raw::free(old) };
            let old = raw.get(tv, id);
            raw.set(tv, id, null());
            // SAFETY: the slot has no value now.
            unsafe { raw::free(old) };
            assert_eq!(raw.set(tv, id, null()), 0);
        });
        host.shutdown();
        assert_eq!(tags(&frees), [1, 2]);
    }
}

#[test]
fn setting_the_stored_value_again_changes_nothing() {
    let raw = raw::V9;
    let host = raw.host();
    let frees = Frees::default();
    let id = raw.register(c"a");
    let threads = host.start(RunMode::Single);
    threads.workers[0].run(|tv| {
        let made = value(1, &frees);
        assert_eq!(raw.set(tv, id, made), 0);
        assert_eq!(raw.set(tv, id, made), 0);
    });
    host.shutdown();
    assert_eq!(tags(&frees), [1]);
}

#[test]
fn values_of_no_size_and_numbers_may_be_in_several_slots() {
    // The second value is no alignment.
    for (raw, shared) in [(V9, align_of::<u64>()), (V8, 65535)] {
        let host = raw.host();
        let ids = [c"a", c"b"].map(|name| raw.register_raw(name.as_ptr(), Some(forget)));
        let threads = host.start(RunMode::Workers { threads: 2 });
        for worker in &threads.workers {
            worker.run(|tv| {
                for id in ids {
                    assert_eq!(raw.set(tv, id, ptr(shared)), 0);
                    assert_eq!(raw.set(tv, id, ptr(shared)), 0);
                }
            });
        }
        host.shutdown();
        host.verify();
    }
}

#[test]
fn the_nth_set_is_refused_on_demand_and_stores_nothing() {
    for raw in BOTH {
        let host = raw.host();
        let id = raw.register_raw(c"a".as_ptr(), Some(forget));
        let threads = host.start(RunMode::Single);
        host.refuse_set(2);
        threads.workers[0].run(|tv| {
            assert_eq!(raw.set(tv, id, ptr(1)), 0);
            raw.get(tv, id);
            assert_eq!(raw.set(tv, id, ptr(2)), -1);
            assert_eq!(raw.get(tv, id), ptr(1));
            assert_eq!(raw.set(tv, id, ptr(3)), 0);
        });
    }
}

static ALLOCATED: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn alloc(size: c_uint) -> *mut c_void {
    ALLOCATED.fetch_add(1, Ordering::SeqCst);
    Box::into_raw(Box::new(size)).cast()
}

unsafe extern "C" fn dealloc(ptr: *mut c_void) {
    // SAFETY: made by `alloc`.
    drop(unsafe { Box::from_raw(ptr.cast::<c_uint>()) });
}

unsafe extern "C" fn refuse(_: c_uint) -> *mut c_void {
    null()
}

#[test]
fn version_8_allocates_with_the_size_on_the_first_use_only() {
    let host = V8.host();
    let register = |name: &'static std::ffi::CStr, size, alloc| -> c_int {
        // SAFETY: the name is static; the functions belong together.
        unsafe { sys::v8::ThreadStorageRegister(name.as_ptr(), size, alloc, Some(dealloc)) }.id
    };
    let id = register(c"sized", 24, Some(alloc));
    let refused = register(c"refused", 24, Some(refuse));
    let pointer = size_of::<*mut c_void>() as c_uint;
    let plain = register(c"plain", pointer, None);
    let threads = host.start(RunMode::Single);
    let alloc_by_id = |tv, id| {
        // SAFETY: the mock reports wrong pointers and ids.
        unsafe { sys::v8::ThreadAllocStorageById(tv, sys::v8::ThreadStorageId { id }) }
    };
    threads.workers[0].run(|tv| {
        assert!(V8.get(tv, id).is_null());
        let made = alloc_by_id(tv, id);
        // SAFETY: made by `alloc`.
        assert_eq!(unsafe { *made.cast::<c_uint>() }, 24);
        assert_eq!(alloc_by_id(tv, id), made);
        assert_eq!(V8.get(tv, id), made);
        assert_eq!(ALLOCATED.load(Ordering::SeqCst), 1);
        assert!(alloc_by_id(tv, refused).is_null());
        assert!(V8.get(tv, refused).is_null());
        assert!(alloc_by_id(tv, plain).is_null());
        V8.free(tv, id);
        assert!(!alloc_by_id(tv, id).is_null());
        assert_eq!(ALLOCATED.load(Ordering::SeqCst), 2);
    });
    host.shutdown();
}
