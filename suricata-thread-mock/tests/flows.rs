//! The end of flows and of their storage.

mod raw;

use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicI32, AtomicUsize};
use std::time::Duration;

use raw::{V9, assert_says, only_report, panic_of};
use suricata_thread_mock::{
    Flow, FlowKind, Generation, Host, Report, ReportKind, RunMode, Traffic,
};
use suricata_thread_sys as sys;
use suricata_thread_sys::common::{
    SCFlowRegisterFinishCallback, SCFlowRegisterInitCallback, SCFlowRegisterUpdateCallback,
};
use suricata_thread_sys::v9::*;

/// The callbacks' work, and their calls by the kernel's name of the thread.
struct Plugin {
    slot: SCFlowStorageId,
    on_update: Option<fn(*mut sys::Flow, SCFlowStorageId)>,
    seen: Mutex<HashMap<(&'static str, String), u64>>,
    /// Events between source ports, in order, with the flow's last time in seconds.
    order: Mutex<Vec<(u16, &'static str, u64)>>,
}

/// The value of a flow with this source port. Its drop is counted.
struct Value(&'static Plugin, u16);

impl Plugin {
    fn note(&self, event: &'static str) {
        let thread = std::fs::read_to_string("/proc/thread-self/comm").unwrap();
        let mut seen = self.seen.lock().unwrap();
        *seen
            .entry((event, thread.trim_end().to_owned()))
            .or_default() += 1;
    }

    fn note_of(&self, event: &'static str, flow: *mut sys::Flow) {
        self.note(event);
        let (mut last, mut microseconds) = (0, 0);
        // SAFETY: the host's flow, and places to write to.
        let from = unsafe {
            SCFlowGetLastTimeAsParts(flow, &raw mut last, &raw mut microseconds);
            SCFlowGetSourcePort(flow)
        };
        self.order.lock().unwrap().push((from, event, last));
    }

    /// Returns the number of events on threads whose names begin with `thread`.
    fn count(&self, event: &str, thread: &str) -> u64 {
        let seen = self.seen.lock().unwrap();
        let matching = seen
            .iter()
            .filter(|((w, t), _)| *w == event && t.starts_with(thread));
        matching.map(|(_, count)| count).sum()
    }
}

/// Keeps values reachable: one that a test loses on purpose is no leak to LeakSanitizer.
static KNOWN: Mutex<Vec<usize>> = Mutex::new(Vec::new());

unsafe extern "C" fn free(value: *mut c_void) {
    // SAFETY: `on_init` stored it.
    let Value(plugin, from) = *unsafe { Box::from_raw(value.cast::<Value>()) };
    plugin.note("freed");
    plugin.order.lock().unwrap().push((from, "freed", 0));
}

unsafe extern "C" fn on_init(
    _: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    _: *const sys::Packet,
    user: *mut c_void,
) {
    // SAFETY: `register` passes a plugin that stays.
    let plugin: &'static Plugin = unsafe { &*user.cast() };
    // SAFETY: the host's flow.
    let from = unsafe { SCFlowGetSourcePort(flow) };
    let value = Box::into_raw(Box::new(Value(plugin, from))).cast::<c_void>();
    KNOWN.lock().unwrap().push(value.expose_provenance());
    // SAFETY: the host's flow and slot; `free` takes the value.
    unsafe {
        assert!(
            SCFlowGetStorageById(flow, plugin.slot).is_null(),
            "a new flow is empty"
        );
        assert_eq!(SCFlowSetStorageById(flow, plugin.slot, value), 0);
    }
    plugin.note_of("init", flow);
}

unsafe extern "C" fn on_update(
    _: *mut sys::ThreadVars,
    flow: *mut sys::Flow,
    _: *mut sys::Packet,
    user: *mut c_void,
) {
    // SAFETY: as in `on_init`.
    let plugin: &'static Plugin = unsafe { &*user.cast() };
    plugin.note_of("update", flow);
    if let Some(work) = plugin.on_update {
        work(flow, plugin.slot);
    }
}

unsafe extern "C" fn on_finish(_: *mut sys::ThreadVars, _: *mut sys::Flow, user: *mut c_void) {
    // SAFETY: as in `on_init`.
    unsafe { &*user.cast::<Plugin>() }.note("finish");
}

fn register(on_update_do: Option<fn(*mut sys::Flow, SCFlowStorageId)>) -> &'static Plugin {
    // SAFETY: the name and the functions stay, and so does the plugin.
    unsafe {
        let plugin: &'static Plugin = Box::leak(Box::new(Plugin {
            slot: SCFlowStorageRegister(c"tests".as_ptr(), Some(free)),
            on_update: on_update_do,
            seen: Mutex::default(),
            order: Mutex::default(),
        }));
        let user = (&raw const *plugin).cast_mut().cast();
        assert!(SCFlowRegisterInitCallback(Some(on_init), user));
        assert!(SCFlowRegisterUpdateCallback(Some(on_update), user));
        assert!(SCFlowRegisterFinishCallback(Some(on_finish), user));
        plugin
    }
}

fn host() -> Host {
    Host::builder().generation(Generation::V9).build()
}

/// Returns how many flows of one kind were finished and freed on the recycler and on workers.
fn ends_of(kind: &'static [FlowKind], one_at_a_time: bool) -> [u64; 4] {
    let host = host();
    let plugin = register(None);
    host.start(RunMode::Single);
    let kinds = Traffic {
        flows: 50,
        kinds: kind,
        one_at_a_time,
        ..Traffic::default()
    };
    let seen = host.traffic(kinds);
    host.shutdown();
    assert_eq!(
        (plugin.count("init", "W"), plugin.count("update", "W")),
        (50, 500)
    );
    assert_eq!(plugin.count("finish", ""), seen.finished);
    let [finish, freed] =
        ["finish", "freed"].map(|event| ["FR", "W"].map(|thread| plugin.count(event, thread)));
    [finish[0], finish[1], freed[0], freed[1]]
}

#[test]
fn each_kind_of_flow_ends_as_in_suricata() {
    for one_at_a_time in [false, true] {
        let ends = |kind| ends_of(kind, one_at_a_time);
        assert_eq!(ends(&[FlowKind::TcpWithData]), [0, 0, 0, 50]);
        assert_eq!(ends(&[FlowKind::TcpReused]), [0, 0, 0, 50]);
        assert_eq!(ends(&[FlowKind::UdpTimedOut]), [0, 0, 0, 50]);
        assert_eq!(ends(&[FlowKind::Udp]), [50, 0, 50, 0]);
        assert_eq!(ends(&[FlowKind::TcpWithoutData]), [50, 0, 50, 0]);
        assert_eq!(ends(&[FlowKind::MemoryShort]), [0, 50, 0, 50]);
        assert_eq!(ends(&FlowKind::USUAL), [20, 0, 20, 30]);
    }
}

/// Returns the events between the same ports, in order.
fn between_ports(kind: &'static [FlowKind], one_at_a_time: bool) -> Vec<Vec<(&'static str, u64)>> {
    let host = host();
    let plugin = register(None);
    host.start(RunMode::Single);
    host.traffic(Traffic {
        flows: 60,
        packets_per_flow: 1,
        kinds: kind,
        one_at_a_time,
        ..Traffic::default()
    });
    let mut ports: HashMap<u16, Vec<_>> = HashMap::new();
    for (from, event, last) in &*plugin.order.lock().unwrap() {
        ports.entry(*from).or_default().push((*event, *last));
    }
    ports.into_values().collect()
}

#[test]
fn a_flow_whose_ports_are_used_again_ends_after_the_first_packet_of_the_next() {
    for kind in [&[FlowKind::TcpReused], &[FlowKind::UdpTimedOut]] {
        for one_at_a_time in [false, true] {
            let all = between_ports(kind, one_at_a_time);
            assert!(all.len() < 60, "ports are used again: {}", all.len());
            for events in all {
                let flows = events.len() / 3;
                let next = ["init", "update", "freed"];
                let order = ["init", "update"].into_iter();
                let order = order.chain(next.into_iter().cycle().take((flows - 1) * 3));
                let expected: Vec<_> = order.chain(["freed"]).collect();
                let order: Vec<_> = events.iter().map(|(event, _)| *event).collect();
                assert_eq!(order, expected);
            }
        }
    }
}

#[test]
fn a_flow_that_timed_out_was_silent_for_the_timeout() {
    for one_at_a_time in [false, true] {
        for (kinds, least) in [(&[FlowKind::UdpTimedOut], 30), (&[FlowKind::TcpReused], 0)] {
            let mut gaps = Vec::new();
            for events in between_ports(kinds, one_at_a_time) {
                let updates = events.iter().filter(|(event, _)| *event == "update");
                let times: Vec<_> = updates.map(|(_, last)| *last).collect();
                gaps.extend(times.windows(2).map(|two| two[1] - two[0]));
            }
            assert!(!gaps.is_empty());
            assert!(
                gaps.iter().all(|gap| (least..least + 2).contains(gap)),
                "{gaps:?}"
            );
        }
    }
}

#[test]
fn the_first_flow_of_the_usual_kinds_is_not_finished() {
    for (flows, finished) in [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2), (7, 3)] {
        let host = host();
        register(None);
        host.start(RunMode::Workers { threads: 2 });
        let seen = host.traffic(Traffic {
            flows,
            ..Traffic::default()
        });
        assert_eq!((seen.flows, seen.finished), (flows, finished));
    }
}

#[test]
fn flows_time_out_by_the_time_of_packets() {
    let host = host();
    let plugin = register(None);
    let worker = &host.start(RunMode::Single).workers[0];
    let flows: [Flow; 3] = [host.flow(), host.flow(), host.flow()];
    for (flow, packets) in flows.iter().zip([1, 2, 4]) {
        worker.flow_init(flow);
        (0..packets).for_each(|_| worker.flow_update(flow));
    }
    host.let_time_pass(Duration::from_secs(31));
    assert_eq!(flows.each_ref().map(Flow::has_ended), [true, false, false]);
    assert_eq!(
        [plugin.count("finish", "FR"), plugin.count("freed", "FR")],
        [1, 1]
    );
    host.let_time_pass(Duration::from_secs(300));
    assert_eq!(flows.each_ref().map(Flow::has_ended), [true; 3]);
    assert_eq!(
        [plugin.count("finish", "FR"), plugin.count("freed", "FR")],
        [2, 2]
    );
    assert_eq!(
        plugin.count("freed", "W"),
        1,
        "TCP with data is its worker's"
    );
    let message = panic_of(|| worker.flow_update(&flows[0]));
    assert_says(&message, &["Thread::flow_update", "has timed out"]);
}

#[test]
fn remaining_flows_end_with_the_host() {
    let host = host();
    let plugin = register(None);
    let threads = host.start(RunMode::Autofp {
        receivers: 1,
        workers: 2,
    });
    for (worker, packets) in [(0, 4), (1, 4), (0, 1)] {
        let (worker, flow) = (&threads.workers[worker], host.flow());
        worker.flow_init(&flow);
        (0..packets).for_each(|_| worker.flow_update(&flow));
    }
    // Never picked up.
    let _ = host.flow();
    host.shutdown();
    for (event, thread, count) in [
        ("freed", "W#01", 1),
        ("freed", "W#02", 1),
        ("finish", "FR", 1),
        ("freed", "FR", 1),
        ("freed", "", 3),
    ] {
        assert_eq!(plugin.count(event, thread), count, "{event} {thread}");
    }
}

/// As in unix-socket mode, in which each capture has its own threads.
#[test]
fn remaining_flows_end_with_the_threads_of_their_worker() {
    let host = host();
    let plugin = register(None);
    let [first, second] = [0, 1].map(|_| host.start(RunMode::Single));
    let flows = [(&first, 1), (&first, 4), (&second, 1)].map(|(threads, packets)| {
        let (worker, flow) = (&threads.workers[0], host.flow());
        worker.flow_init(&flow);
        (0..packets).for_each(|_| worker.flow_update(&flow));
        flow
    });
    let recycler = second.flow_recycler.clone();
    first.stop();
    assert_eq!(flows.each_ref().map(Flow::has_ended), [true, true, false]);
    for (event, thread) in [("finish", "FR"), ("freed", "FR"), ("freed", "W")] {
        assert_eq!(plugin.count(event, thread), 1, "{event} on {thread}");
    }
    assert!(recycler.is_running());
}

/// Returns the report on a plugin's first update.
fn report_of(work: fn(*mut sys::Flow, SCFlowStorageId)) -> Report {
    let host = Host::builder()
        .generation(Generation::V9)
        .record_only()
        .build();
    register(Some(work));
    let worker = &host.start(RunMode::Single).workers[0];
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    worker.flow_retire(flow);
    host.shutdown();
    let mut reports = host.reports();
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}

#[test]
fn storage_of_flows_is_as_strict_as_that_of_threads() {
    static OTHER: Mutex<usize> = Mutex::new(0);
    let lost = report_of(|flow, slot| {
        // SAFETY: the host's flow and slot.
        unsafe { SCFlowSetStorageById(flow, slot, null_mut()) };
    });
    assert_eq!(lost.kind, ReportKind::ValueLost);
    assert_says(
        &lost.to_string(),
        &["slot `tests`", "thread `W#01`", "leak"],
    );

    let no_slot = report_of(|flow, slot| {
        let other = SCFlowStorageId { id: slot.id + 1 };
        // SAFETY: the host notices an id that is none.
        let value = unsafe { SCFlowGetStorageById(flow, other) };
        assert!(value.is_null());
    });
    assert_eq!(no_slot.kind, ReportKind::UnknownSlot);
    assert_says(&no_slot.to_string(), &["past the flow's slots"]);

    let unknown = report_of(|_, slot| {
        // SAFETY: the host notices a flow that is none.
        assert!(unsafe { SCFlowGetStorageById(null_mut(), slot) }.is_null());
    });
    assert_eq!(unknown.kind, ReportKind::FlowUnknown);
    assert_says(&unknown.to_string(), &["actually NULL"]);

    let other = Host::builder()
        .generation(Generation::V9)
        .record_only()
        .build();
    register(Some(|flow, slot| {
        let mut other = OTHER.lock().unwrap();
        if *other == 0 {
            *other = flow.addr();
        } else {
            let other = std::ptr::without_provenance_mut(*other);
            // SAFETY: the host notices a flow that must not be used now.
            assert!(unsafe { SCFlowGetStorageById(other, slot) }.is_null());
        }
    }));
    let worker = &other.start(RunMode::Single).workers[0];
    let [first, second] = [other.flow(), other.flow()];
    for flow in [&first, &second] {
        worker.flow_init(flow);
        worker.flow_update(flow);
    }
    worker.flow_retire(first);
    worker.flow_update(&second);
    let kinds: Vec<_> = other.reports().iter().map(|report| report.kind).collect();
    assert_eq!(kinds, [ReportKind::FlowNotLocked, ReportKind::FlowEnded]);
}

#[test]
fn flows_of_one_host_have_endpoints_and_hashes_of_their_own() {
    let host = Host::builder().seed(0).build();
    let ends: Vec<_> = (0..3).map(|_| host.flow().endpoints()).collect();
    assert!(ends[0] != ends[1] && ends[1] != ends[2], "{ends:#?}");
    let [one, other] = [ends[0], ends[1]].map(|ends| host.flow_between(ends).hash());
    assert_ne!(one, other);
}

#[test]
fn a_flow_equals_only_itself() {
    let host = Host::new();
    let (one, other) = (host.flow(), host.flow());
    let same = &one;
    assert_eq!(same, &one);
    assert_ne!(one, other);
    assert!(format!("{one:?}").contains(&format!("{:p}", one.as_ptr())));
}

#[test]
fn a_thread_has_a_flow_only_until_the_callback_returns() {
    static SLOT: Mutex<Option<SCFlowStorageId>> = Mutex::new(None);
    let host = Host::builder()
        .generation(Generation::V9)
        .record_only()
        .build();
    register(Some(|_, slot| *SLOT.lock().unwrap() = Some(slot)));
    let worker = &host.start(RunMode::Single).workers[0];
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    assert_eq!(host.reports(), []);
    worker.run(|_| {
        let slot = SLOT.lock().unwrap().expect("the callback has run");
        // SAFETY: the host notices a flow that must not be used now.
        assert!(unsafe { SCFlowGetStorageById(flow.as_ptr(), slot) }.is_null());
    });
    let kinds: Vec<_> = host.reports().iter().map(|report| report.kind).collect();
    assert_eq!(kinds, [ReportKind::FlowNotLocked]);
}

#[test]
fn a_value_that_a_free_function_stores_in_a_freed_slot_is_reported() {
    static FLOW: AtomicUsize = AtomicUsize::new(0);
    static SLOT: AtomicI32 = AtomicI32::new(0);
    unsafe extern "C" fn store(_: *mut c_void) {
        let flow = std::ptr::without_provenance_mut(FLOW.load(SeqCst));
        let slot = SCFlowStorageId {
            id: SLOT.load(SeqCst),
        };
        // SAFETY: the host's flow, which is locked, and its slot.
        assert_eq!(unsafe { SCFlowSetStorageById(flow, slot, raw::ptr(1)) }, 0);
    }
    let host = V9.recording();
    register(Some(|flow, slot| {
        FLOW.store(flow.addr(), SeqCst);
        SLOT.store(slot.id, SeqCst);
        let second = SCFlowStorageId { id: slot.id + 1 };
        // SAFETY: the host's flow and slot.
        let set = unsafe { SCFlowSetStorageById(flow, second, raw::ptr(1)) };
        assert_eq!(set, 0);
    }));
    // SAFETY: the name and the function stay.
    unsafe { SCFlowStorageRegister(c"second".as_ptr(), Some(store)) };
    let worker = &host.start(RunMode::Single).workers[0];
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    worker.flow_retire(flow);
    let report = only_report(&host, ReportKind::ValueNeverFreed);
    assert_says(
        &report.to_string(),
        &["the end of a flow of slot `tests`", "leak"],
    );
}

#[test]
fn the_nth_slot_and_set_are_refused_on_demand() {
    let host = host();
    host.refuse_slot(1);
    // SAFETY: the name and the function stay.
    let refused = unsafe { SCFlowStorageRegister(c"refused".as_ptr(), Some(free)) };
    assert_eq!(refused.id, -1);
    let plugin = register(Some(|flow, slot| {
        // SAFETY: the host's flow and slot; the value stays where it is.
        unsafe {
            let value = SCFlowGetStorageById(flow, slot);
            assert_eq!(SCFlowSetStorageById(flow, slot, null_mut()), -1);
            assert_eq!(SCFlowGetStorageById(flow, slot), value);
            assert_eq!(SCFlowSetStorageById(flow, slot, value), 0);
        }
    }));
    let worker = &host.start(RunMode::Single).workers[0];
    let flow = host.flow();
    worker.flow_init(&flow);
    host.refuse_set(1);
    worker.flow_update(&flow);
    worker.flow_retire(flow);
    assert_eq!(plugin.count("freed", "W"), 1);
}

#[test]
fn facts_of_a_flow_come_from_its_packets() {
    static TOLD: Mutex<Vec<(u64, u64, u32, u32)>> = Mutex::new(Vec::new());
    let host = host();
    register(Some(|flow, _| {
        let (mut seconds, mut microseconds) = (0, 0);
        // SAFETY: the host's flow, and places to write to.
        TOLD.lock().unwrap().push(unsafe {
            SCFlowGetLastTimeAsParts(flow, &raw mut seconds, &raw mut microseconds);
            let flags = SCFlowGetFlags(flow);
            (
                seconds,
                flags,
                SCFlowGetToServerPacketCount(flow),
                SCFlowGetToClientPacketCount(flow),
            )
        });
    }));
    let worker = &host.start(RunMode::Single).workers[0];
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    host.let_time_pass(Duration::from_secs(20));
    worker.flow_update(&flow);
    assert_eq!(
        *TOLD.lock().unwrap(),
        [(1_700_000_000, 2, 1, 0), (1_700_000_020, 3, 1, 1)]
    );
}

#[test]
fn a_flow_has_one_callback_at_a_time() {
    static RUNNING: Mutex<u32> = Mutex::new(0);
    let host = host();
    register(Some(|_, _| {
        let mut running = RUNNING
            .try_lock()
            .expect("no other callback of the flow runs");
        *running += 1;
        std::thread::sleep(Duration::from_millis(1));
    }));
    let threads = host.start(RunMode::Workers { threads: 2 });
    let flow = host.flow();
    threads.workers[0].flow_init(&flow);
    std::thread::scope(|scope| {
        for worker in &threads.workers {
            scope.spawn(|| (0..20).for_each(|_| worker.flow_update(&flow)));
        }
    });
    assert_eq!(*RUNNING.lock().unwrap(), 40);
}

#[test]
fn a_flow_of_another_host_is_refused() {
    let [host, other] = [host(), host()];
    let worker = &other.start(RunMode::Single).workers[0];
    let flow = host.flow();
    let message = panic_of(|| worker.flow_init(&flow));
    assert_says(&message, &["Thread::flow_init", "another host"]);
    let message = panic_of(|| other.flow_finish_without_thread(flow));
    assert_says(
        &message,
        &["Host::flow_finish_without_thread", "another host"],
    );
}

#[test]
fn a_flow_without_packets_times_out_from_its_beginning() {
    let host = host();
    register(None);
    let worker = &host.start(RunMode::Single).workers[0];
    let flow = host.flow();
    worker.flow_init(&flow);
    host.let_time_pass(Duration::from_secs(29));
    assert!(!flow.has_ended());
    host.let_time_pass(Duration::from_secs(1));
    assert!(flow.has_ended());
}

#[test]
fn time_stops_at_the_end_of_the_clock() {
    let host = host();
    register(None);
    let worker = &host.start(RunMode::Single).workers[0];
    let flow = host.flow();
    worker.flow_init(&flow);
    host.let_time_pass(Duration::MAX);
    assert!(flow.has_ended());
    let next = host.flow();
    worker.flow_init(&next);
    worker.flow_update(&next);
}

#[test]
fn live_flows_have_different_ports_that_the_seed_decides() {
    let run = |seed| {
        static PORTS: Mutex<Vec<u16>> = Mutex::new(Vec::new());
        let host = Host::builder()
            .generation(Generation::V9)
            .seed(seed)
            .build();
        register(Some(|flow, _| {
            // SAFETY: the host's flow.
            let port = unsafe { SCFlowGetSourcePort(flow) };
            PORTS.lock().unwrap().push(port);
        }));
        host.start(RunMode::Workers { threads: 2 });
        let kinds = &[FlowKind::Udp];
        host.traffic(Traffic {
            flows: 200,
            packets_per_flow: 1,
            kinds,
            ..Traffic::default()
        });
        let mut ports = std::mem::take(&mut *PORTS.lock().unwrap());
        ports.sort_unstable();
        ports
    };
    let ports = run(7);
    assert_eq!(ports.len(), 200);
    assert!(ports.windows(2).all(|two| two[0] != two[1]), "{ports:?}");
    assert_eq!(ports, run(7));
}
