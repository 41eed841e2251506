//! Replaying packets of known flows.

mod raw;

use std::collections::{HashMap, HashSet};
use std::ffi::c_void;
use std::ptr::from_ref;
use std::sync::Mutex;
use std::time::Duration;

use raw::{V9, assert_says, panic_of};
use suricata_thread_mock::{Endpoints, Host, Replayed, RunMode, ThreadKind};
use suricata_thread_sys::common::{
    SCFlowRegisterFinishCallback, SCFlowRegisterInitCallback, SCFlowRegisterUpdateCallback,
    SCPlugin,
};
use suricata_thread_sys::v9::{SCFlowGetLastTimeAsParts, SCFlowGetSourcePort};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

/// The events of one host, in order.
#[derive(Default)]
struct Seen(Mutex<Vec<Event>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    kind: Kind,
    thread: String,
    flow: usize,
    packet: usize,
    /// The flow's source port, and the seconds of its last time.
    from: u16,
    last: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Init,
    Update,
    Finish,
}

fn note(kind: Kind, flow: *mut Flow, packet: *const Packet, user: *mut c_void) {
    // SAFETY: each test registers a `Seen` that outlives its host.
    let seen = unsafe { &*user.cast::<Seen>() };
    let (mut last, mut microseconds) = (0, 0);
    // SAFETY: the flow of the callback, and places to write to.
    let from = unsafe {
        SCFlowGetLastTimeAsParts(flow, &raw mut last, &raw mut microseconds);
        SCFlowGetSourcePort(flow)
    };
    seen.0.lock().unwrap().push(Event {
        kind,
        thread: std::fs::read_to_string("/proc/thread-self/comm")
            .unwrap()
            .trim_end()
            .to_owned(),
        flow: flow.addr(),
        packet: packet.addr(),
        from,
        last,
    });
}

unsafe extern "C" fn on_init(
    _: *mut ThreadVars,
    flow: *mut Flow,
    packet: *const Packet,
    user: *mut c_void,
) {
    note(Kind::Init, flow, packet, user);
}

unsafe extern "C" fn on_update(
    _: *mut ThreadVars,
    flow: *mut Flow,
    packet: *mut Packet,
    user: *mut c_void,
) {
    note(Kind::Update, flow, packet, user);
}

unsafe extern "C" fn on_finish(_: *mut ThreadVars, flow: *mut Flow, user: *mut c_void) {
    note(Kind::Finish, flow, std::ptr::null(), user);
}

impl Seen {
    fn watch(&'static self) {
        let user = from_ref(self).cast_mut().cast();
        // SAFETY: the callbacks take a `Seen` that stays.
        unsafe {
            assert!(SCFlowRegisterInitCallback(Some(on_init), user));
            assert!(SCFlowRegisterUpdateCallback(Some(on_update), user));
            assert!(SCFlowRegisterFinishCallback(Some(on_finish), user));
        }
    }

    fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}

fn seen() -> &'static Seen {
    Box::leak(Box::default())
}

#[test]
fn each_flow_begins_with_its_first_packet_and_goes_on_in_order() {
    let seen = seen();
    let host = V9.host();
    seen.watch();
    host.start(RunMode::Single);
    let report = host.replay([7, 3, 7, 7, 3]);
    host.shutdown();
    assert_eq!((report.flows, report.packets), (2, 5));
    let events = seen.events();
    let (first, second) = (events[0].flow, events[2].flow);
    assert_ne!(first, second);
    let order: Vec<_> = events.iter().map(|e| (e.kind, e.flow)).collect();
    use Kind::{Finish, Init, Update};
    let expected = [
        (Init, first),
        (Update, first),
        (Init, second),
        (Update, second),
        (Update, first),
        (Update, first),
        (Update, second),
        (Finish, first),
        (Finish, second),
    ];
    assert_eq!(order, expected);
    assert_eq!(
        events[0].packet, events[1].packet,
        "the packet that begins it"
    );
    let packets: HashSet<_> = events[..7].iter().map(|e| e.packet).collect();
    assert_eq!(packets.len(), 5);
    assert!(
        events[..7].iter().all(|e| e.thread == "W#01"),
        "{events:#?}"
    );
    assert!(
        events[7..].iter().all(|e| e.thread == "FR#01"),
        "{events:#?}"
    );
}

#[test]
fn each_flow_stays_on_one_worker_and_all_workers_get_some() {
    let seen = seen();
    let host = V9.host();
    seen.watch();
    host.start(RunMode::Autofp {
        receivers: 1,
        workers: 3,
    });
    let report = host.replay((0..5000).map(|packet| packet % 100));
    host.shutdown();
    assert_eq!((report.flows, report.packets), (100, 5000));
    let mut workers: HashMap<usize, HashSet<String>> = HashMap::new();
    for event in seen.events().into_iter().filter(|e| e.kind != Kind::Finish) {
        workers.entry(event.flow).or_default().insert(event.thread);
    }
    assert!(workers.values().all(|threads| threads.len() == 1));
    let used: HashSet<_> = workers.values().flatten().collect();
    assert_eq!(used.len(), 3);
    for worker in &report.workers {
        let flows = workers
            .values()
            .filter(|t| t.contains(&worker.thread))
            .count();
        assert_eq!(worker.flows, flows as u64);
        assert_eq!(worker.packets, worker.flows * 50);
    }
}

#[test]
fn without_other_threads_the_worker_finishes_its_flows() {
    let seen = seen();
    let host = V9.host();
    seen.watch();
    host.finalize();
    for name in ["W#01", "W#02"] {
        host.spawn(name, ThreadKind::Worker);
    }
    host.replay(0..40);
    host.shutdown();
    let events = seen.events();
    let on = |kind| -> HashMap<usize, &str> {
        let matching = events.iter().filter(|e| e.kind == kind);
        matching.map(|e| (e.flow, &*e.thread)).collect()
    };
    assert_eq!(on(Kind::Init).len(), 40);
    assert_eq!(on(Kind::Init), on(Kind::Finish));
}

fn between(from: u16, to: u16) -> Endpoints {
    let ip = [10, 0, 0, 1];
    Endpoints::new((ip, from).into(), (ip, to).into(), 17)
}

fn packet(flow: u64, seconds: u64) -> Replayed {
    Replayed::Packet {
        flow,
        to_server: true,
        time: Duration::from_secs(seconds),
    }
}

#[test]
fn flows_between_the_same_ports_have_the_same_worker_in_either_direction() {
    let host = V9.host();
    host.start(RunMode::Workers { threads: 4 });
    let mut all: HashMap<String, u64> = HashMap::new();
    for port in 0..40 {
        let flows = (0..10).flat_map(|flow| {
            let endpoints = match flow % 2 {
                0 => between(port, 2000),
                _ => between(2000, port),
            };
            let begin = Replayed::Flow { flow, endpoints };
            [begin, packet(flow, 1), Replayed::Retire { flow }]
        });
        let report = host.replay(flows);
        let mut busy = report.workers.into_iter().filter(|w| w.flows > 0);
        let worker = busy.next().unwrap();
        assert_eq!((worker.flows, busy.next()), (10, None));
        *all.entry(worker.thread).or_default() += 1;
    }
    assert_eq!(all.len(), 4, "other ports have other workers: {all:?}");
    let one = between(1, 2);
    let same = [host.flow_between(one), host.flow_between(one)];
    assert_eq!(same[0].hash(), same[1].hash());
    let other = Host::builder().seed(host.seed() ^ 1).build();
    assert_ne!(other.flow_between(one).hash(), same[0].hash());
}

#[test]
fn endpoints_wait_for_the_first_packet_of_their_flow() {
    let seen = seen();
    let host = V9.host();
    seen.watch();
    host.start(RunMode::Single);
    let flow = |flow, from| Replayed::Flow {
        flow,
        endpoints: between(from, 2000),
    };
    host.replay([flow(1, 11), flow(2, 12), packet(1, 1), packet(2, 1)]);
    host.shutdown();
    let inits = seen.events().into_iter().filter(|e| e.kind == Kind::Init);
    assert_eq!(inits.map(|e| e.from).collect::<Vec<_>>(), [11, 12]);
}

/// The first packet is earlier than the host's clock; then one is late.
#[test]
fn the_last_time_of_a_flow_is_its_packets_and_does_not_run_backwards() {
    let seen = seen();
    let host = V9.host();
    seen.watch();
    host.start(RunMode::Single);
    host.replay([100, 50, 120].map(|seconds| packet(0, seconds)));
    host.shutdown();
    let last: Vec<_> = seen.events().iter().map(|e| (e.kind, e.last)).collect();
    use Kind::{Finish, Init, Update};
    let expected = [
        (Init, 0),
        (Update, 100),
        (Update, 100),
        (Update, 120),
        (Finish, 120),
    ];
    assert_eq!(last, expected);
}

#[test]
fn no_packets_make_no_flows() {
    let host = V9.host();
    host.start(RunMode::Single);
    let report = host.replay([0_u64; 0]);
    assert_eq!((report.flows, report.packets), (0, 0));
}

#[test]
#[should_panic(expected = "running thread of kind Worker")]
fn a_worker_is_needed() {
    Host::new().replay([1]);
}

#[test]
#[should_panic(expected = "the packets ran out of ink")]
fn a_panic_of_the_iterator_reaches_the_caller_and_the_workers_end() {
    let host = V9.host();
    host.start(RunMode::Workers { threads: 2 });
    host.replay((0..10).inspect(|packet| assert!(*packet < 5, "the packets ran out of ink")));
}

#[test]
fn packets_that_drive_the_host_panic_instead_of_waiting_for_ever() {
    let host = V9.host();
    let worker = host.start(RunMode::Single).workers.remove(0);
    unsafe extern "C" fn no_plugin() -> *mut SCPlugin {
        std::ptr::null_mut()
    }
    let cases: [(&str, &dyn Fn()); 5] = [
        // SAFETY: it returns NULL.
        ("Host::load_entry_point", &|| unsafe {
            drop(host.load_entry_point(no_plugin));
        }),
        ("Thread::run", &|| worker.run(|_| {})),
        ("Host::shutdown", &|| host.shutdown()),
        ("Host::replay", &|| drop(host.replay([1]))),
        ("Thread::join", &|| worker.join()),
    ];
    for (call, drive) in cases {
        let text = panic_of(|| drop(host.replay((0..5).inspect(|_| drive()))));
        assert_says(&text, &[call, "by the iterator", "Call it before or after"]);
    }
    worker.run(|_| {});
    assert_eq!(host.replay(0..5).packets, 5, "all is as before");
}
