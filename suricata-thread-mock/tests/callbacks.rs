//! Thread and flow callbacks: order, arguments, threads.

mod raw;

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};

use raw::{on_flow_init, on_thread_init, ptr, thread_name};
use suricata_thread_mock::{Host, RunMode, ThreadKind};
use suricata_thread_sys as sys;
use sys::{Flow, Packet, ThreadVars};

/// Calls of callbacks, whose user pointer is a leaked `Arc` of this.
type Seen = Mutex<Vec<Event>>;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    event: &'static str,
    tv: usize,
    flow: usize,
    packet: usize,
    thread: String,
}

unsafe fn note(user: *mut c_void, event: &'static str, tv: usize, flow: usize, packet: usize) {
    // SAFETY: registered with a leaked `Arc` of this type.
    let seen = unsafe { &*user.cast::<Seen>() };
    let thread = thread_name();
    seen.lock().unwrap().push(Event {
        event,
        tv,
        flow,
        packet,
        thread,
    });
}

unsafe extern "C" fn thread_init(tv: *mut ThreadVars, user: *mut c_void) {
    // SAFETY: the user pointer keeps the condition of `note`.
    unsafe { note(user, "thread", tv.addr(), 0, 0) }
}

unsafe extern "C" fn flow_init(
    tv: *mut ThreadVars,
    f: *mut Flow,
    p: *const Packet,
    user: *mut c_void,
) {
    // SAFETY: the user pointer keeps the condition of `note`.
    unsafe { note(user, "init", tv.addr(), f.addr(), p.addr()) }
}

unsafe extern "C" fn flow_update(
    tv: *mut ThreadVars,
    f: *mut Flow,
    p: *mut Packet,
    user: *mut c_void,
) {
    // SAFETY: the user pointer keeps the condition of `note`.
    unsafe { note(user, "update", tv.addr(), f.addr(), p.addr()) }
}

unsafe extern "C" fn flow_finish(tv: *mut ThreadVars, f: *mut Flow, user: *mut c_void) {
    // SAFETY: the user pointer keeps the condition of `note`.
    unsafe { note(user, "finish", tv.addr(), f.addr(), 0) }
}

fn seen() -> (Arc<Seen>, *mut c_void) {
    let seen = Arc::new(Seen::default());
    let user = Arc::into_raw(Arc::clone(&seen)).cast_mut().cast();
    (seen, user)
}

#[test]
fn thread_callbacks_run_on_the_creating_thread_in_order_each_with_its_user_pointer() {
    let host = Host::new();
    let order = Arc::new(Mutex::new(Vec::new()));
    for i in 0..3 {
        let order = Arc::clone(&order);
        assert!(on_thread_init(move |tv| {
            order.lock().unwrap().push((i, tv.addr(), thread_name()));
        }));
    }
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
    let me = thread_name();
    let expected: Vec<_> = [worker.as_ptr().addr(), recycler.as_ptr().addr()]
        .into_iter()
        .flat_map(|tv| (0..3).map(move |i| (i, tv)))
        .map(|(i, tv)| (i, tv, me.clone()))
        .collect();
    assert_eq!(*order.lock().unwrap(), expected);
    assert_ne!(worker.as_ptr(), recycler.as_ptr());
}

#[test]
fn a_callback_registered_twice_runs_twice() {
    let host = Host::new();
    let (seen, user) = seen();
    for _ in 0..2 {
        // SAFETY: the user pointer is never freed.
        assert!(unsafe { sys::common::SCThreadRegisterInitCallback(Some(thread_init), user) });
    }
    host.spawn("W#01", ThreadKind::Worker);
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[test]
fn flow_callbacks_run_on_the_thread_that_has_the_flow_with_its_own_thread_vars() {
    let host = Host::new();
    let (seen, user) = seen();
    // SAFETY: the user pointer is never freed.
    unsafe {
        assert!(sys::common::SCFlowRegisterInitCallback(
            Some(flow_init),
            user
        ));
        assert!(sys::common::SCFlowRegisterUpdateCallback(
            Some(flow_update),
            user
        ));
        assert!(sys::common::SCFlowRegisterFinishCallback(
            Some(flow_finish),
            user
        ));
    }
    let threads = host.start(RunMode::Single);
    let (worker, recycler) = (&threads.workers[0], &threads.flow_recycler);
    let flow = host.flow();
    let flow_ptr = flow.as_ptr().addr();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    recycler.flow_finish(flow);
    let seen = seen.lock().unwrap();
    let events: Vec<_> = seen
        .iter()
        .map(|e| (e.event, e.tv, e.flow, &*e.thread))
        .collect();
    assert_eq!(
        events,
        [
            ("init", worker.as_ptr().addr(), flow_ptr, "W#01"),
            ("update", worker.as_ptr().addr(), flow_ptr, "W#01"),
            ("finish", recycler.as_ptr().addr(), flow_ptr, "FR#01"),
        ]
    );
    assert_ne!(seen[0].packet, 0);
}

#[test]
fn flow_callbacks_may_get_null_for_the_thread() {
    let host = Host::new();
    let (seen, user) = seen();
    // SAFETY: the user pointer is never freed.
    unsafe {
        sys::common::SCFlowRegisterInitCallback(Some(flow_init), user);
        sys::common::SCFlowRegisterUpdateCallback(Some(flow_update), user);
        sys::common::SCFlowRegisterFinishCallback(Some(flow_finish), user);
    }
    let flow = host.flow();
    host.flow_init_without_thread(&flow);
    host.flow_update_without_thread(&flow);
    host.flow_finish_without_thread(flow);
    let seen = seen.lock().unwrap();
    let me = thread_name();
    assert!(seen.iter().all(|e| e.tv == 0 && e.thread == me), "{seen:?}");
    let events: Vec<_> = seen.iter().map(|e| e.event).collect();
    assert_eq!(events, ["init", "update", "finish"]);
}

#[test]
fn host_only_functions_pass_their_arguments_to_the_callbacks() {
    let host = Host::new();
    let (seen, user) = seen();
    // SAFETY: the user pointer is never freed.
    unsafe {
        sys::common::SCThreadRegisterInitCallback(Some(thread_init), user);
        sys::common::SCFlowRegisterInitCallback(Some(flow_init), user);
        sys::common::SCFlowRegisterUpdateCallback(Some(flow_update), user);
        sys::common::SCFlowRegisterFinishCallback(Some(flow_finish), user);
    }
    let worker = host.spawn("W#01", ThreadKind::Worker);
    seen.lock().unwrap().clear();
    worker.run(|tv| {
        let (flow, packet): (*mut Flow, *mut Packet) = (ptr(64).cast(), ptr(128).cast());
        // SAFETY: nothing else uses the thread's storage.
        unsafe {
            sys::common::SCThreadRunInitCallbacks(tv);
            sys::common::SCFlowRunInitCallbacks(tv, flow, packet);
            sys::common::SCFlowRunUpdateCallbacks(tv, flow, packet);
            sys::common::SCFlowRunFinishCallbacks(tv, flow);
            sys::common::SCFlowRunFinishCallbacks(null_mut(), flow);
        }
    });
    let tv = worker.as_ptr().addr();
    let seen = seen.lock().unwrap();
    let events: Vec<_> = seen
        .iter()
        .map(|e| (e.event, e.tv, e.flow, e.packet, &*e.thread))
        .collect();
    assert_eq!(
        events,
        [
            ("thread", tv, 0, 0, "W#01"),
            ("init", tv, 64, 128, "W#01"),
            ("update", tv, 64, 128, "W#01"),
            ("finish", tv, 64, 0, "W#01"),
            ("finish", 0, 64, 0, "W#01"),
        ]
    );
}

#[test]
fn the_nth_callback_is_refused_on_demand_whatever_its_kind() {
    let host = Host::new();
    let (seen, user) = seen();
    host.refuse_callback(2);
    // SAFETY: the user pointer is never freed.
    unsafe {
        assert!(sys::common::SCFlowRegisterInitCallback(
            Some(flow_init),
            user
        ));
        assert!(!sys::common::SCThreadRegisterInitCallback(
            Some(thread_init),
            user
        ));
        assert!(sys::common::SCFlowRegisterUpdateCallback(
            Some(flow_update),
            user
        ));
        host.refuse_callback(1);
        assert!(!sys::common::SCFlowRegisterFinishCallback(
            Some(flow_finish),
            user
        ));
    }
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_finish(flow);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].event, "init");
}

#[test]
fn other_callbacks_run_after_one_panicked() {
    let host = Host::builder().record_only().build();
    let ran = Arc::new(Mutex::new(0));
    on_flow_init(|_| panic!("first"));
    let second = Arc::clone(&ran);
    on_flow_init(move |_| *second.lock().unwrap() += 1);
    let worker = host.spawn("W#01", ThreadKind::Worker);
    worker.flow_init(&host.flow());
    assert_eq!(*ran.lock().unwrap(), 1);
    assert_eq!(host.reports().len(), 1);
}
