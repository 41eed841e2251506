//! `FlowStorage` and the fields of `Flow`, on the mock as 8.0 and as 9.0.

mod common;

use std::collections::HashSet;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

use common::{Counted, assert_no_errors, drops, run_init};
use suricata_thread::flow::{self, FlowStorage};
use suricata_thread::sys::common::{SCFlowRunUpdateCallbacks, SCLogLevel};
use suricata_thread::{Generation, InsertError, ThreadStorage};
use suricata_thread_mock::{Endpoints, Host, ThreadKind};

/// Runs `test` on a host of each generation.
fn for_each_generation(test: impl Fn(Host, Generation)) {
    for generation in [Generation::V8, Generation::V9] {
        test(Host::builder().generation(generation).build(), generation);
    }
}

/// Runs `check` in the flow init callback of one flow. Returns 1 if `check` returned, or 0 if it panicked.
fn in_flow_init(
    host: &Host,
    check: impl Fn(&mut suricata_thread::ThreadVars<'_>, &mut flow::Flow<'_>, FlowStorage<Counted>)
    + Send
    + Sync
    + 'static,
) -> u32 {
    let ended = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&ended);
    run_init(|| {
        let slot = FlowStorage::register("tested: slot")?;
        flow::register_init_callback(move |tv, flow, _| {
            check(tv, flow, slot);
            count.fetch_add(1, SeqCst);
        })
    });
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_finish(flow);
    ended.load(SeqCst)
}

#[test]
fn a_value_is_dropped_once_by_the_thread_that_ends_the_flow() {
    for_each_generation(|host, _| {
        struct RecordsThread(Arc<Mutex<Vec<ThreadId>>>);
        impl Drop for RecordsThread {
            fn drop(&mut self) {
                self.0.lock().unwrap().push(std::thread::current().id());
            }
        }
        let dropped = Arc::<Mutex<Vec<ThreadId>>>::default();
        let threads = Arc::clone(&dropped);
        run_init(|| {
            let slot = FlowStorage::register("tested: slot")?;
            flow::register_init_callback(move |_, flow, _| {
                assert!(!slot.contains(flow), "a new flow has no value");
                slot.replace(flow, RecordsThread(Arc::clone(&threads)))
                    .unwrap();
            })?;
            flow::register_finish_callback(move |_, flow| assert!(slot.contains(flow)))
        });
        host.finalize();
        let worker = host.spawn("W#01", ThreadKind::Worker);
        let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
        // The second flow has the memory of the first.
        for _ in 0..2 {
            let flow = host.flow();
            worker.flow_init(&flow);
            recycler.flow_finish(flow);
        }
        let expected = recycler.run(|_| std::thread::current().id());
        assert_eq!(*dropped.lock().unwrap(), [expected; 2]);
        assert_no_errors(&host);
    });
}

#[test]
fn take_and_replace_return_the_old_value_and_insert_keeps_it() {
    for_each_generation(|host, _| {
        let drops = drops();
        let seen = Arc::clone(&drops);
        let ended = in_flow_init(&host, move |_, flow, slot| {
            let new = || Counted(Arc::clone(&seen));
            assert!(slot.take(flow).unwrap().is_none());
            assert!(slot.get_or_insert_with(flow, new).is_ok());
            assert!(slot.get_or_insert_with(flow, || unreachable!()).is_ok());
            let failed = slot.get_or_try_insert_with(flow, || Err::<Counted, _>("not asked"));
            assert!(failed.is_ok());
            drop(slot.replace(flow, new()).unwrap().expect("the first"));
            assert_eq!(seen.load(SeqCst), 1);
            drop(slot.take(flow).unwrap().expect("the second"));
            assert_eq!(seen.load(SeqCst), 2);
            assert!(slot.get(flow).is_none() && slot.get_mut(flow).is_none());
            let failed = slot.get_or_try_insert_with(flow, || Err("asked"));
            assert!(matches!(failed, Err(InsertError::Closure("asked"))));
        });
        assert_eq!((ended, drops.load(SeqCst)), (1, 2));
        assert_no_errors(&host);
    });
}

#[test]
fn a_refused_value_is_returned_or_dropped_and_the_slot_is_unchanged() {
    for_each_generation(|host, _| {
        let drops = drops();
        let seen = Arc::clone(&drops);
        let packets = AtomicU32::new(0);
        run_init(|| {
            let slot = FlowStorage::register("tested: slot")?;
            flow::register_update_callback(move |_, flow, _| {
                let new = || Counted(Arc::clone(&seen));
                let refused = "the host refused to store the value";
                match packets.fetch_add(1, SeqCst) {
                    0 => {
                        let error = slot.get_or_try_insert_with(flow, || Ok::<_, &str>(new()));
                        assert!(matches!(error, Err(InsertError::Refused)));
                        assert_eq!((slot.contains(flow), seen.load(SeqCst)), (false, 1));
                        slot.replace(flow, new()).unwrap();
                    }
                    1 => {
                        let error = slot.replace(flow, new()).err().unwrap();
                        assert_eq!(error.to_string(), refused);
                        drop(error.into_value());
                    }
                    _ => assert_eq!(slot.take(flow).err(), Some(refused)),
                }
                assert!(slot.contains(flow));
            })
        });
        host.finalize();
        let worker = host.spawn("W#01", ThreadKind::Worker);
        let flow = host.flow();
        for dropped in [1, 2, 2] {
            host.refuse_set(1);
            worker.flow_update(&flow);
            assert_eq!(drops.load(SeqCst), dropped);
        }
        worker.flow_finish(flow);
        assert_eq!(drops.load(SeqCst), 3);
        assert_no_errors(&host);
    });
}

#[test]
fn a_panic_in_the_closure_leaves_the_slot_empty_and_the_default_is_inserted_once() {
    for_each_generation(|host, _| {
        let ended = in_flow_init(&host, |_, flow, slot| {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                drop(slot.get_or_insert_with(flow, || panic!("no value")));
            }));
            assert_eq!((panicked.is_err(), slot.contains(flow)), (true, false));
            let first: *const Counted = slot.get_or_insert_default(flow).unwrap();
            assert!(ptr::eq(slot.get_or_insert_default(flow).unwrap(), first));
        });
        assert_eq!(ended, 1);
        assert_no_errors(&host);
    });
}

#[test]
fn a_value_of_the_thread_and_one_of_the_flow_are_mutable_at_the_same_time() {
    for_each_generation(|host, _| {
        let last = Arc::new(AtomicU32::new(0));
        let sum = Arc::clone(&last);
        run_init(|| {
            let thread_slot = ThreadStorage::<u32>::register("tested: slot")?;
            let flow_slot = FlowStorage::<u32>::register("tested: slot")?;
            flow::register_update_callback(move |tv, flow, _| {
                let flows = thread_slot.get_or_insert_default(tv).unwrap();
                let packets = flow_slot.get_or_insert_default(flow).unwrap();
                (*flows, *packets) = (*flows + 1, *packets + 10);
                sum.store(*flows + *packets, SeqCst);
            })
        });
        host.finalize();
        let worker = host.spawn("W#01", ThreadKind::Worker);
        let flows = [host.flow(), host.flow()];
        flows.iter().for_each(|flow| worker.flow_update(flow));
        assert_eq!(last.load(SeqCst), 2 + 10);
        assert_no_errors(&host);
    });
}

#[test]
fn a_value_of_a_flow_without_an_init_callback_is_dropped_at_shutdown() {
    for_each_generation(|host, _| {
        let count = drops();
        let counted = Arc::clone(&count);
        run_init(|| {
            let slot = FlowStorage::<Counted>::register("tested: slot")?;
            flow::register_update_callback(move |_tv, flow, _| {
                let value = || Counted(Arc::clone(&counted));
                assert!(slot.get_or_insert_with(flow, value).is_ok());
            })
        });
        host.finalize();
        let flow = host.flow();
        host.spawn("W#01", ThreadKind::Worker).flow_update(&flow);
        host.shutdown();
        assert_eq!(count.load(SeqCst), 1);
        assert_no_errors(&host);
    });
}

#[test]
fn a_handle_has_its_name_and_id_and_equals_only_its_copies() {
    for_each_generation(|_host, _| {
        run_init(|| {
            let one = FlowStorage::<u8>::register("one")?;
            let copy = one;
            let other = FlowStorage::<u8>::register("other")?;
            assert_eq!((one.name(), other.name()), ("one", "other"));
            assert_eq!(other.id(), one.id() + 1);
            let expected = format!("FlowStorage<u8>(\"one\", {})", one.id());
            assert_eq!(format!("{copy:?}"), expected);
            assert!(one == copy && one != other);
            assert_eq!(HashSet::from([one, copy, other]).len(), 2);
            Ok(())
        });
    });
}

#[test]
fn a_taken_or_reserved_name_is_an_error_but_a_thread_slot_may_have_it() {
    for_each_generation(|host, _| {
        host.expect_errors(2, "already registered");
        run_init(|| {
            ThreadStorage::<u8>::register("tested: name")?;
            FlowStorage::<u8>::register("tested: name")?;
            for name in ["tested: name", "bypass_counters"] {
                let refused = FlowStorage::<u8>::register(name).unwrap_err();
                assert!(refused.contains("the host refused the slot"), "{refused}");
            }
            for name in ["tag", "expectation", "flowrate", "macset", "bypassedlist"] {
                let refused = FlowStorage::<u8>::register(name).unwrap_err();
                assert!(refused.contains("for itself"), "{refused}");
                ThreadStorage::<u8>::register(name)?;
            }
            Ok(())
        });
        drop(host);
    });
}

#[test]
fn a_panic_in_the_drop_of_a_value_is_logged_once() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in the drop");
        }
    }
    for_each_generation(|host, _| {
        host.expect_error("in the drop");
        run_init(|| {
            let slot = FlowStorage::register("tested: slot")?;
            flow::register_init_callback(move |_, flow, _| {
                slot.replace(flow, Panics).unwrap();
            })
        });
        host.finalize();
        let worker = host.spawn("W#01", ThreadKind::Worker);
        let flow = host.flow();
        worker.flow_init(&flow);
        worker.flow_finish(flow);
        let log = host.log();
        let errors = log.iter().filter(|l| l.level == SCLogLevel::SC_LOG_ERROR);
        let errors: Vec<_> = errors.map(|line| &line.message).collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains("in the drop"), "{errors:?}");
    });
}

#[test]
fn a_flow_has_the_fields_that_its_generation_gives() {
    let between = |source: &str, destination: &str, protocol| {
        let [source, destination] = [source, destination].map(|end| end.parse().unwrap());
        Endpoints::new(source, destination, protocol)
    };
    let flows = [
        between("10.0.0.1:4000", "10.0.0.2:80", 6),
        between("[2001:db8::1]:4001", "[2001:db8::2]:53", 17),
    ];
    for (is_v4, endpoints) in [true, false].into_iter().zip(flows) {
        for_each_generation(|host, generation| {
            let ended = Arc::new(AtomicU32::new(0));
            let count = Arc::clone(&ended);
            run_init(|| {
                flow::register_init_callback(|_, flow, _| assert_eq!(flow.last_time(), None))?;
                flow::register_update_callback(move |_, flow, _| {
                    let in_9 = |address: IpAddr| (generation == Generation::V9).then_some(address);
                    assert!(flow.last_time().is_some());
                    assert_eq!(flow.source_port(), endpoints.source.port());
                    assert_eq!(flow.destination_port(), endpoints.destination.port());
                    assert_eq!(flow.source_address(), in_9(endpoints.source.ip()));
                    assert_eq!(flow.destination_address(), in_9(endpoints.destination.ip()));
                    let is_9 = generation == Generation::V9;
                    assert_eq!(flow.ip_protocol(), is_9.then_some(endpoints.protocol));
                    assert_eq!(flow.is_ipv4(), is_9.then_some(is_v4));
                    assert_eq!(flow.is_ipv6(), is_9.then_some(!is_v4));
                    let packets = count.fetch_add(1, SeqCst) + 1;
                    // A flag for each direction that has had a packet.
                    assert_eq!(flow.flags(), if packets == 1 { 2 } else { 3 });
                    assert_eq!(flow.app_protocol(), is_9.then_some(0));
                    let [there, back] = [packets.div_ceil(2), packets / 2];
                    assert_eq!(flow.to_server_packet_count(), is_9.then_some(there));
                    assert_eq!(flow.to_client_packet_count(), is_9.then_some(back));
                })
            });
            host.finalize();
            let worker = host.spawn("W#01", ThreadKind::Worker);
            let flow = host.flow_between(endpoints);
            worker.flow_init(&flow);
            (0..3).for_each(|_| worker.flow_update(&flow));
            worker.flow_finish(flow);
            assert_eq!(ended.load(SeqCst), 3);
            assert_no_errors(&host);
        });
    }
}

#[test]
fn a_callback_without_a_flow_does_not_run_and_logs_few_lines() {
    let host = Host::new();
    host.expect_errors(11, "the host passed no Flow");
    let calls = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&calls);
    run_init(|| {
        flow::register_update_callback(move |_, _, _| {
            seen.fetch_add(1, SeqCst);
        })
    });
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    worker.run(|tv| {
        for _ in 0..150 {
            // SAFETY: the callbacks of this crate accept NULL, and this is the thread of `tv`.
            unsafe { SCFlowRunUpdateCallbacks(tv, ptr::null_mut(), ptr::null_mut()) };
        }
    });
    assert_eq!(calls.load(SeqCst), 0);
    let log = host.log();
    assert_eq!(log.len(), 11, "{log:?}");
    assert!(log[10].message.ends_with("(100 times by now)"), "{log:?}");
}
