//! Thread and flow callbacks: their order, their threads, and the host's refusals.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

use common::{Counted, drops, host, run_init};
use suricata_thread::flow::FlowStorage;
use suricata_thread::{self as thread, ThreadStorage, flow, sys};
use suricata_thread_mock::{Generation, Host, ThreadKind};

type Seen<T> = Arc<Mutex<Vec<T>>>;

fn seen<T: Clone>(seen: &Seen<T>) -> Vec<T> {
    seen.lock().unwrap().clone()
}

#[test]
fn thread_init_callbacks_run_in_order_on_the_creating_thread() {
    let calls: Seen<(&str, usize, ThreadId)> = Arc::default();
    let host = host(|| {
        for name in ["a", "b"] {
            let calls = Arc::clone(&calls);
            thread::register_init_callback(move |tv| {
                let call = (name, tv.as_ptr().addr(), std::thread::current().id());
                calls.lock().unwrap().push(call);
            })?;
        }
        Ok(())
    });
    host.finalize();
    let main = std::thread::current().id();
    let first = host.spawn("W#01", ThreadKind::Worker).run(|tv| tv.addr());
    let second = host.spawn("W#02", ThreadKind::Worker).run(|tv| tv.addr());
    let expected = [
        ("a", first, main),
        ("b", first, main),
        ("a", second, main),
        ("b", second, main),
    ];
    assert_eq!(seen(&calls), expected);
}

#[test]
fn a_function_registered_twice_runs_twice() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    fn count(_: &mut thread::ThreadVars) {
        CALLS.fetch_add(1, SeqCst);
    }
    let host = host(|| {
        thread::register_init_callback(count)?;
        thread::register_init_callback(count)
    });
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    assert_eq!(CALLS.load(SeqCst), 2);
}

#[test]
fn a_value_from_the_thread_init_callback_is_found_on_the_new_thread() {
    let total = Arc::new(AtomicUsize::new(0));
    struct Flows(usize, Arc<AtomicUsize>);
    impl Drop for Flows {
        fn drop(&mut self) {
            self.1.fetch_add(self.0, SeqCst);
        }
    }
    let sum = Arc::clone(&total);
    let host = host(|| {
        let slot = ThreadStorage::register("flows")?;
        thread::register_init_callback(move |tv| {
            slot.get_or_insert_with(tv, || Flows(0, Arc::clone(&sum)))
                .map(drop)
                .unwrap();
        })?;
        flow::register_init_callback(move |tv, _, _| slot.get_mut(tv).unwrap().0 += 1)
    });
    host.finalize();
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    for n in 0..10 {
        workers[n % 2].flow_init(&host.flow());
    }
    host.shutdown();
    assert_eq!(total.load(SeqCst), 10);
}

#[test]
fn flow_callbacks_get_the_calling_threads_thread_vars_and_the_flow() {
    type Call = (&'static str, usize, usize, ThreadId);
    let calls: Seen<Call> = Arc::default();
    let record = |name: &'static str| {
        let calls = Arc::clone(&calls);
        move |tv: &thread::ThreadVars<'_>, flow: &flow::Flow<'_>| {
            let call = (
                name,
                tv.as_ptr().addr(),
                flow.as_ptr().addr(),
                std::thread::current().id(),
            );
            calls.lock().unwrap().push(call);
        }
    };
    let (init, update, finish) = (record("init"), record("update"), record("finish"));
    let host = host(|| {
        flow::register_init_callback(move |tv, flow, packet| {
            assert!(!packet.is_null());
            init(tv, flow);
        })?;
        flow::register_update_callback(move |tv, flow, packet| {
            assert!(!packet.is_null());
            update(tv, flow);
        })?;
        flow::register_finish_callback(move |tv, flow| finish(tv, flow))
    });
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    let on_worker = worker.run(|tv| (tv.addr(), std::thread::current().id()));
    let on_recycler = recycler.run(|tv| (tv.addr(), std::thread::current().id()));
    let address = flow.as_ptr().addr();
    recycler.flow_finish(flow);
    let expected = [
        ("init", on_worker.0, address, on_worker.1),
        ("update", on_worker.0, address, on_worker.1),
        ("finish", on_recycler.0, address, on_recycler.1),
    ];
    assert_eq!(seen(&calls), expected);
}

#[test]
fn without_thread_vars_a_callback_does_not_run_and_an_error_is_logged() {
    let host = host(|| {
        flow::register_init_callback(|_, _, _| unreachable!())?;
        flow::register_update_callback(|_, _, _| unreachable!())?;
        flow::register_finish_callback(|_, _| unreachable!())?;
        thread::register_init_callback(|_| unreachable!())
    });
    host.expect_errors(4, "no ThreadVars");
    host.finalize();
    let (flow, packet) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: Suricata's unit tests pass null, too, and the crate's callbacks accept it.
    unsafe { sys::common::SCFlowRunInitCallbacks(std::ptr::null_mut(), flow, packet) };
    // SAFETY: as above.
    unsafe { sys::common::SCFlowRunUpdateCallbacks(std::ptr::null_mut(), flow, packet) };
    // SAFETY: as above.
    unsafe { sys::common::SCFlowRunFinishCallbacks(std::ptr::null_mut(), flow) };
    // SAFETY: as above.
    unsafe { sys::common::SCThreadRunInitCallbacks(std::ptr::null_mut()) };

    let log = host.log();
    let kinds = ["flow init", "flow update", "flow finish", "thread init"];
    assert_eq!(log.len(), kinds.len(), "{log:#?}");
    for (line, kind) in log.iter().zip(kinds) {
        let expected = format!("plugin tested: {kind} callback callbacks::without_thread_vars");
        assert!(line.message.starts_with(&expected), "{}", line.message);
        assert!(
            line.message
                .ends_with("not run: the host passed no ThreadVars")
        );
        assert_eq!(line.level, sys::common::SCLogLevel::SC_LOG_ERROR);
    }
}

#[test]
fn a_refused_callback_is_dropped_and_registering_it_is_an_error() {
    let count = drops();
    let host = Host::new();
    run_init(|| {
        let refuse = || {
            host.refuse_callback(1);
            Counted(Arc::clone(&count))
        };
        let kept = refuse();
        let results = [
            thread::register_init_callback(move |_| drop(Arc::clone(&kept.0))),
            {
                let kept = refuse();
                flow::register_init_callback(move |_, _, _| drop(Arc::clone(&kept.0)))
            },
            {
                let kept = refuse();
                flow::register_update_callback(move |_, _, _| drop(Arc::clone(&kept.0)))
            },
            {
                let kept = refuse();
                flow::register_finish_callback(move |_, _| drop(Arc::clone(&kept.0)))
            },
        ];
        for result in results {
            assert_eq!(
                result,
                Err("the host refused the callback; Suricata does so when it is out of memory")
            );
        }
        Ok(())
    });
    assert_eq!(count.load(SeqCst), 4);
    assert_eq!(Arc::strong_count(&count), 1);
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker)
        .flow_init(&host.flow());
}

#[test]
fn registering_inside_a_callback_is_an_error() {
    let errors: Seen<&str> = Arc::default();
    let noted = Arc::clone(&errors);
    let registers = Arc::new(move || {
        let results = [
            thread::register_init_callback(|_| ()),
            flow::register_init_callback(|_, _, _| ()),
            ThreadStorage::<u8>::register("inside").map(drop),
            FlowStorage::<u8>::register("inside").map(drop),
        ];
        let errors = results.map(Result::unwrap_err);
        noted.lock().unwrap().extend(errors);
    });
    let host = host(|| {
        let [a, b, c, d] = [(); 4].map(|()| Arc::clone(&registers));
        thread::register_init_callback(move |_| a())?;
        flow::register_init_callback(move |_, _, _| b())?;
        flow::register_update_callback(move |_, _, _| c())?;
        flow::register_finish_callback(move |_, _| d())
    });
    host.finalize();
    // An init runs meanwhile, since without one, registering is an error anyway: see `outside_init.rs`.
    run_init(|| {
        let (worker, flow) = (host.spawn("W#01", ThreadKind::Worker), host.flow());
        worker.flow_init(&flow);
        worker.flow_update(&flow);
        worker.flow_finish(flow);
        // The callbacks have returned, so the host itself refuses this slot.
        let after = ThreadStorage::<u8>::register("after").unwrap_err();
        assert!(after.contains("the host refused the slot"), "{after}");
        Ok(())
    });
    for error in seen(&errors) {
        assert!(
            error.starts_with("registering from inside a callback is not possible"),
            "{error}"
        );
    }
    assert_eq!(seen(&errors).len(), 16);
}

#[test]
fn registering_in_the_drop_of_a_stored_value_is_an_error() {
    struct Registers(Seen<&'static str>);
    impl Drop for Registers {
        fn drop(&mut self) {
            let refused = thread::register_init_callback(|_| ()).unwrap_err();
            self.0.lock().unwrap().push(refused);
        }
    }
    let errors: Seen<&str> = Arc::default();
    let noted = Arc::clone(&errors);
    let host = host(|| {
        let slot = ThreadStorage::register("slot")?;
        thread::register_init_callback(move |tv| {
            let value = || Registers(Arc::clone(&noted));
            slot.get_or_insert_with(tv, value).map(drop).unwrap();
        })
    });
    host.finalize();
    // An init runs meanwhile, since without one, registering is an error anyway.
    run_init(|| {
        host.spawn("W#01", ThreadKind::Worker);
        host.shutdown();
        Ok(())
    });
    let errors = seen(&errors);
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].starts_with("registering from inside a callback is not possible"),
        "{errors:?}"
    );
}

#[test]
fn no_registration_is_lost_when_several_threads_register_at_once() {
    const THREADS: usize = 8;
    const EACH: usize = 50;
    let calls = Arc::new(AtomicUsize::new(0));
    let host = Host::new();
    run_init(|| {
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (host, calls) = (&host, &calls);
                scope.spawn(move || {
                    let _entered = host.enter();
                    for n in 0..EACH {
                        let calls = Arc::clone(calls);
                        thread::register_init_callback(move |_| {
                            calls.fetch_add(1, SeqCst);
                        })
                        .unwrap();
                        ThreadStorage::<u8>::register(&format!("{thread}-{n}")).unwrap();
                    }
                });
            }
        });
        Ok(())
    });
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    assert_eq!(calls.load(SeqCst), THREADS * EACH);
    // SAFETY: takes nothing.
    let bytes = unsafe {
        match host.generation() {
            Generation::V8 => sys::v8::ThreadStorageSize(),
            _ => sys::v9::SCThreadStorageSize(),
        }
    };
    // The host has a slot of its own.
    assert_eq!(
        bytes as usize,
        (THREADS * EACH + 1) * size_of::<*const u8>()
    );
}

#[test]
fn the_first_two_callbacks_of_a_plugin_are_the_crates_own() {
    // The documentation of `Host::refuse_callback` says so.
    let register = || {
        [
            thread::register_init_callback(|_| ()).is_ok(),
            flow::register_init_callback(|_, _, _| ()).is_ok(),
        ]
    };
    let mut results = [true; 2];
    let host = Host::new();
    host.refuse_callback(3);
    run_init(|| {
        results = register();
        Ok(())
    });
    assert_eq!(results, [false, true]);
    drop(host);
    let host = Host::new();
    run_init(|| {
        host.refuse_callback(1);
        results = register();
        Ok(())
    });
    assert_eq!(results, [false, true]);
}

/// Suricata runs the init of a plugin twice if the configuration lists the plugin twice.
#[test]
fn inits_never_register_at_the_same_time_as_another_thread() {
    let host = Host::new();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _entered = host.enter();
            while !done.load(SeqCst) {
                let _ = thread::register_init_callback(|_| ());
            }
        });
        for _ in 0..2_000 {
            run_init(|| Ok(()));
        }
        done.store(true, SeqCst);
    });
    assert_eq!(host.reports(), []);
}
