//! Run modes, and traffic through their threads.

mod raw;

use std::collections::{HashMap, HashSet};
use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use raw::{on_thread_init, thread_name};
use suricata_thread_mock::{Host, RunMode, Thread, ThreadKind, Traffic, TrafficReport};
use suricata_thread_sys as sys;
use sys::{Flow, Packet, ThreadVars};

#[test]
fn each_mode_has_the_threads_that_suricata_has() {
    // As seen in 8.0.8: a file in `single` and `autofp`, an interface in `workers`. 9.0 has one
    // more, which the line in the log does not count.
    for (mode, names, line) in [
        (RunMode::Single, "W#01 FM#01 FR#01", "W: 1 FM: 1 FR: 1"),
        (
            RunMode::Autofp {
                receivers: 1,
                workers: 2,
            },
            "RX#01 W#01 W#02 FM#01 FR#01",
            "RX: 1 W: 2 FM: 1 FR: 1",
        ),
        (
            RunMode::Workers { threads: 2 },
            "W#01-eth0 W#02-eth0 FM#01 FR#01",
            "W: 2 FM: 1 FR: 1",
        ),
    ] {
        for (raw, more) in [(raw::V8, ""), (raw::V9, " HB")] {
            let host = raw.host();
            let inits = Arc::new(Mutex::new(0));
            let count = Arc::clone(&inits);
            on_thread_init(move |_| *count.lock().unwrap() += 1);
            let threads = host.start(mode);
            let all: Vec<_> = host.threads().iter().map(|t| t.name().to_owned()).collect();
            assert_eq!(all.join(" "), format!("{names}{more}"));
            assert_eq!(*inits.lock().unwrap(), all.len());
            assert_eq!(host.log()[0].message, format!("Threads created -> {line}"));
            for thread in host.threads() {
                assert_eq!(thread.run(|_| thread_name()), thread.name());
            }
            assert_eq!(threads.flow_recycler.name(), "FR#01");
            let kind = threads.heartbeat.as_ref().map(Thread::kind);
            let expected = (!more.is_empty()).then_some(ThreadKind::Heartbeat);
            assert_eq!(kind, expected);
            threads.stop();
            assert!(host.threads().iter().all(|t| !t.is_running()));
        }
    }
}

#[test]
fn threads_that_the_unix_manager_creates_are_not_counted_in_the_log() {
    let host = raw::V8.host();
    host.finalize();
    let manager = host.spawn("US", ThreadKind::Command);
    let threads = manager.run(|_| host.start(RunMode::Single));
    assert_eq!(host.threads().len(), 4);
    assert_eq!(host.log(), []);
    manager.run(|_| threads.stop());
}

/// A flow event: its name, thread and flow.
type Event = (&'static str, String, usize);

#[derive(Default)]
struct Events {
    all: Vec<Event>,
    /// The number of the flow that is at an address.
    alive: HashMap<usize, usize>,
    /// All addresses of flows.
    addresses: HashSet<usize>,
    begun: usize,
}

unsafe fn note(user: *mut c_void, name: &'static str, address: usize) {
    // SAFETY: registered with a leaked `Arc` of this type.
    let events = unsafe { &*user.cast::<Mutex<Events>>() };
    let mut events = events.lock().unwrap();
    if name == "init" {
        events.addresses.insert(address);
        let number = events.begun;
        // A retired flow may have been there; plugins do not see its end.
        events.alive.insert(address, number);
        events.begun += 1;
    }
    let flow = match name {
        "finish" => events.alive.remove(&address).unwrap(),
        _ => events.alive[&address],
    };
    events.all.push((name, thread_name(), flow));
}

unsafe extern "C" fn init(_: *mut ThreadVars, f: *mut Flow, _: *const Packet, user: *mut c_void) {
    // SAFETY: the user pointer is as `note` wants it.
    unsafe { note(user, "init", f.addr()) }
}

unsafe extern "C" fn update(_: *mut ThreadVars, f: *mut Flow, _: *mut Packet, user: *mut c_void) {
    // SAFETY: the user pointer is as `note` wants it.
    unsafe { note(user, "update", f.addr()) }
}

unsafe extern "C" fn finish(_: *mut ThreadVars, f: *mut Flow, user: *mut c_void) {
    // SAFETY: the user pointer is as `note` wants it.
    unsafe { note(user, "finish", f.addr()) }
}

fn run(seed: u64, traffic: Traffic) -> (TrafficReport, Vec<Event>) {
    let host = Host::builder().seed(seed).build();
    let events = watch();
    host.start(RunMode::Autofp {
        receivers: 1,
        workers: 3,
    });
    let report = host.traffic(traffic);
    host.shutdown();
    let events = std::mem::take(&mut *events.lock().unwrap());
    (report, events.all)
}

/// Notes the flow events of the current host.
fn watch() -> Arc<Mutex<Events>> {
    let events = Arc::new(Mutex::<Events>::default());
    let user: *mut c_void = Arc::into_raw(Arc::clone(&events)).cast_mut().cast();
    // SAFETY: the user pointer is never freed.
    unsafe {
        sys::common::SCFlowRegisterInitCallback(Some(init), user);
        sys::common::SCFlowRegisterUpdateCallback(Some(update), user);
        sys::common::SCFlowRegisterFinishCallback(Some(finish), user);
    }
    events
}

/// Returns the events with flows numbered in the order of their first one, which two hosts can
/// compare.
fn numbered(events: &[Event]) -> Vec<Event> {
    let mut numbers = HashMap::new();
    let number = |(name, thread, flow): &Event| {
        let next = numbers.len();
        (*name, thread.clone(), *numbers.entry(*flow).or_insert(next))
    };
    events.iter().map(number).collect()
}

#[test]
fn every_flow_begins_and_is_updated_on_one_worker_and_two_of_five_are_finished_on_the_recycler() {
    for one_at_a_time in [false, true] {
        let traffic = Traffic {
            flows: 200,
            packets_per_flow: 5,
            one_at_a_time,
            ..Traffic::default()
        };
        let (report, events) = run(1, traffic);
        assert_eq!((report.flows, report.packets, report.seed), (200, 1000, 1));
        let mut flows: HashMap<usize, Vec<(&str, &str)>> = HashMap::new();
        for (name, thread, flow) in &events {
            flows.entry(*flow).or_default().push((name, thread));
        }
        assert_eq!(flows.len(), 200);
        let mut finished = 0;
        for events in flows.values() {
            let worker = events[0].1;
            assert!(worker.starts_with("W#"));
            let mut expected = vec![("init", worker)];
            expected.extend([("update", worker); 5]);
            if events.len() == 7 {
                expected.push(("finish", "FR#01"));
                finished += 1;
            }
            assert_eq!(*events, expected);
        }
        assert_eq!((finished, report.finished), (80, 80));
        for worker in &report.workers {
            let began = events
                .iter()
                .filter(|(name, thread, _)| *name == "init" && *thread == worker.thread);
            assert_eq!(began.count() as u64, worker.flows);
            assert!(worker.flows > 30, "{report:?}");
            assert_eq!(worker.packets, worker.flows * 5);
        }
    }
}

#[test]
fn a_worker_has_16_flows_at_the_same_time() {
    let (_, events) = run(1, Traffic::default());
    for worker in ["W#01", "W#02", "W#03"] {
        let mut packets: HashMap<usize, u64> = HashMap::new();
        let mut most = 0;
        for (_, _, flow) in events.iter().filter(|e| e.0 == "update" && e.1 == worker) {
            *packets.entry(*flow).or_default() += 1;
            packets.retain(|_, seen| *seen < 10);
            most = most.max(packets.len());
        }
        // One less if the packet was a flow's last.
        assert!((15..=16).contains(&most), "{worker}: {most}");
    }
}

#[test]
fn a_seed_replays() {
    let traffic = Traffic {
        flows: 60,
        one_at_a_time: true,
        ..Traffic::default()
    };
    let (report, events) = run(7, traffic);
    let again = run(7, traffic);
    assert_eq!(report, again.0);
    assert_eq!(numbered(&events), numbered(&again.1));
    assert_ne!(numbered(&events), numbered(&run(8, traffic).1));
}

#[test]
fn a_seed_replays_what_each_worker_sees_when_they_run_at_the_same_time() {
    let on_worker = |seed, worker: &str| {
        let (_, events) = run(seed, Traffic::default());
        let events: Vec<_> = events.into_iter().filter(|e| e.1 == worker).collect();
        numbered(&events)
    };
    for worker in ["W#01", "W#02", "W#03"] {
        assert_eq!(on_worker(7, worker), on_worker(7, worker));
        assert_ne!(on_worker(7, worker), on_worker(8, worker));
    }
}

#[test]
fn stopping_in_the_middle_ends_flows_that_have_begun() {
    for one_at_a_time in [false, true] {
        let traffic = Traffic {
            flows: 1000,
            packets_per_flow: 10,
            stop_after: Some(777),
            one_at_a_time,
            ..Traffic::default()
        };
        let (report, events) = run(3, traffic);
        assert_eq!(report.packets, 777);
        assert!(report.flows < 1000);
        let flows_with = |wanted| {
            let flows: Vec<_> = events
                .iter()
                .filter(|e| e.0 == wanted)
                .map(|e| e.2)
                .collect();
            let set: HashSet<_> = flows.iter().copied().collect();
            assert_eq!(set.len(), flows.len(), "{wanted} once per flow");
            set
        };
        assert!(flows_with("init").is_superset(&flows_with("finish")));
        assert_eq!(flows_with("init").len() as u64, report.flows);
        assert_eq!(flows_with("finish").len() as u64, report.finished);
        assert!(report.finished > 0 && report.finished < report.flows);
    }
}

#[test]
fn a_worker_without_flows_has_no_share_of_the_packets_before_a_stop() {
    let traffic = Traffic {
        flows: 1,
        stop_after: Some(5),
        ..Traffic::default()
    };
    for seed in 0..10 {
        let (report, _) = run(seed, traffic);
        assert_eq!((report.flows, report.packets), (1, 5));
    }
}

#[test]
#[should_panic(expected = "has no worker")]
fn a_mode_without_a_worker_is_refused() {
    Host::new().start(RunMode::Workers { threads: 0 });
}

#[test]
#[should_panic(
    expected = "needs a running thread of kind Worker: call Host::start, or Host::spawn"
)]
fn traffic_without_a_worker_is_refused() {
    Host::new().traffic(Traffic::default());
}

#[test]
fn hosts_have_different_seeds_by_default() {
    assert_ne!(Host::new().seed(), Host::new().seed());
}

#[test]
fn a_new_flow_may_have_the_pointer_of_a_finished_one() {
    let host = Host::new();
    let threads = host.start(RunMode::Single);
    let (worker, recycler) = (&threads.workers[0], &threads.flow_recycler);
    let [first, second] = [host.flow(), host.flow()];
    let (first_at, second_at) = (first.as_ptr(), second.as_ptr());
    worker.flow_init(&first);
    recycler.flow_finish(first);
    let third = host.flow_with_hash(7);
    assert_eq!(third.as_ptr(), first_at);
    host.flow_finish_without_thread(third);
    recycler.flow_finish(second);
    assert_eq!(host.flow().as_ptr(), second_at, "the last one first");
    let never_finished = host.flow().as_ptr();
    assert_eq!(never_finished, first_at);
    let new = host.flow().as_ptr();
    assert!(new != first_at && new != second_at);
}

#[test]
fn flows_of_traffic_reuse_the_pointers_of_finished_flows() {
    let traffic = |one_at_a_time| Traffic {
        flows: 300,
        one_at_a_time,
        ..Traffic::default()
    };
    // Single: 16 at the same time, and those that the recycler has not finished yet.
    let host = Host::new();
    let events = watch();
    host.start(RunMode::Single);
    host.traffic(traffic(true));
    let after_one = events.lock().unwrap().addresses.len();
    assert!((16..200).contains(&after_one), "{after_one}");
    host.replay(0..10);
    let events = events.lock().unwrap();
    assert_eq!(events.addresses.len(), after_one);
    assert_eq!(events.begun, 310);
}

#[test]
fn workers_that_finish_their_own_flows_reuse_pointers() {
    let host = Host::new();
    let events = watch();
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    host.traffic(Traffic::default());
    let events = events.lock().unwrap();
    assert_eq!(events.begun, 100);
    // 16 at the same time, and those whose ports are used again.
    let addresses = events.addresses.len();
    assert!((16..=32).contains(&addresses), "{addresses}");
}

#[test]
fn a_flow_has_a_pointer_of_its_own_and_a_hash() {
    let host = Host::new();
    let flows: Vec<_> = (0..100).map(|_| host.flow()).collect();
    let pointers: HashSet<_> = flows.iter().map(|f| f.as_ptr()).collect();
    let hashes: HashSet<_> = flows.iter().map(|f| f.hash()).collect();
    assert_eq!((pointers.len(), hashes.len()), (100, 100));
    assert_eq!(host.flow_with_hash(5).hash(), 5);
}

#[test]
#[cfg(target_pointer_width = "64")]
fn pointers_are_aligned_and_no_process_has_such_addresses() {
    let host = Host::new();
    let thread = host.spawn("W#01", suricata_thread_mock::ThreadKind::Worker);
    for address in [thread.as_ptr().addr(), host.flow().as_ptr().addr()] {
        assert!(address >= 1 << 54, "{address:#x}");
        assert_eq!(address % 64, 0, "{address:#x}");
    }
}

#[test]
fn a_seed_decides_the_hashes_of_single_flows() {
    let hashes = |seed| {
        let host = Host::builder().seed(seed).build();
        let _other = Host::new().flow();
        [host.flow().hash(), host.flow().hash()]
    };
    assert_eq!(hashes(7), hashes(7));
    assert_ne!(hashes(7), hashes(8));
}

#[test]
fn a_seed_decides_the_same_on_every_machine() {
    // What SplitMix64 makes of 1234567, as https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64 has it.
    let host = Host::builder().seed(1_234_567_u64.rotate_right(32)).build();
    let hashes = [(); 3].map(|()| host.flow().hash());
    assert_eq!(
        hashes,
        [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423
        ]
    );
}

#[test]
fn a_seed_replays_where_traffic_stops_on_each_worker() {
    let traffic = Traffic {
        flows: 1000,
        stop_after: Some(777),
        ..Traffic::default()
    };
    let shares = |seed| run(seed, traffic).0.workers;
    for _ in 0..5 {
        assert_eq!(shares(7), shares(7));
    }
    assert_ne!(shares(7), shares(8));
    assert!(shares(7).iter().all(|w| w.packets > 0));
    let all = Traffic {
        flows: 10,
        stop_after: Some(u64::MAX),
        ..Traffic::default()
    };
    assert_eq!(run(7, all).0.packets, 100);
}

/// The kernel knows the names of Suricata's threads; Rust does not.
#[test]
fn threads_have_the_kernels_names_of_suricata_and_none_of_rusts() {
    let name = || {
        let kernels = std::fs::read_to_string("/proc/thread-self/comm").unwrap();
        let rusts = std::thread::current().name().map(str::to_owned);
        (kernels.trim_end().to_owned(), rusts)
    };
    let before = name();
    let host = Host::new();
    let threads = host.start(RunMode::Workers { threads: 1 });
    let name_on = |thread: &Thread| thread.run(|_| name());
    assert_eq!(name_on(&threads.workers[0]), ("W#01-eth0".to_owned(), None));
    assert_eq!(name_on(&threads.flow_manager), ("FM#01".to_owned(), None));
    assert_eq!(name_on(&threads.flow_recycler), ("FR#01".to_owned(), None));
    assert_eq!(name(), ("Suricata-Main".to_owned(), before.1.clone()));
    drop(host);
    assert_eq!(name(), before);
}

#[test]
fn workers_live_while_the_storage_of_the_managers_is_freed() {
    static WORKER: Mutex<Option<Thread>> = Mutex::new(None);
    static LIVED: Mutex<Vec<bool>> = Mutex::new(Vec::new());
    unsafe extern "C" fn free(_: *mut c_void) {
        let worker = WORKER.lock().unwrap();
        let lives = worker.as_ref().is_some_and(Thread::is_running);
        LIVED.lock().unwrap().push(lives);
    }
    let host = raw::V9.host();
    let id = raw::V9.register_raw(c"state".as_ptr(), Some(free));
    on_thread_init(move |tv| assert_eq!(raw::V9.set(tv, id, raw::ptr(7)), 0));
    *WORKER.lock().unwrap() = Some(host.start(RunMode::Single).workers.remove(0));
    host.shutdown();
    *WORKER.lock().unwrap() = None;
    // The flow manager's, the flow recycler's, the heartbeat's, the worker's.
    assert_eq!(*LIVED.lock().unwrap(), [true, true, true, false]);
}
