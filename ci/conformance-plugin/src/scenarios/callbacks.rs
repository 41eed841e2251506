//! Callbacks run in the order of registration, each with its own user pointer; the same function several times.

use std::cell::RefCell;
use std::ffi::c_void;

use suricata_thread_sys::{Flow, Packet, ThreadVars};

use super::{on_flow_finish, on_flow_init, on_flow_update, on_thread_init};
use crate::api::Tv;
use crate::thread::{self, role};
use crate::transcript::{lines, of_thread, sequence};

const SCENARIO: &str = "callbacks";

/// User pointers as they are registered, one call each.
const USERS: [usize; 5] = [1, 2, 2, 0, usize::MAX];
const LAST: usize = 42;

/// Registers one function several times, then another.
pub fn init() {
    for user in USERS {
        let accepted = [
            on_thread_init(Some(thread_init), user),
            on_flow_init(Some(flow_init), user),
            on_flow_update(Some(flow_update), user),
            on_flow_finish(Some(flow_finish), user),
        ];
        sequence(
            SCENARIO,
            format_args!("user {user:x}: accepted {accepted:?}"),
        );
    }
    let accepted = [
        on_thread_init(Some(other_thread_init), LAST),
        on_flow_init(Some(last_flow_init), LAST),
        on_flow_update(Some(last_flow_update), LAST),
        on_flow_finish(Some(last_flow_finish), LAST),
    ];
    sequence(
        SCENARIO,
        format_args!("other functions: accepted {accepted:?}"),
    );
}

unsafe extern "C" fn thread_init(tv: *mut ThreadVars, user: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    of_thread(
        SCENARIO,
        thread::number(tv),
        format_args!("thread init, user {:x}, on {}", user.addr(), role()),
    );
}

unsafe extern "C" fn other_thread_init(tv: *mut ThreadVars, user: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    of_thread(
        SCENARIO,
        thread::number(tv),
        format_args!(
            "the other thread init, user {:x}, on {}",
            user.addr(),
            role()
        ),
    );
}

thread_local! {
    /// The users of the calls for the flow event that this thread is at.
    static CALLS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

fn call(user: *mut c_void) {
    CALLS.with_borrow_mut(|calls| calls.push(user.addr()));
}

fn last_call(event: &str, user: *mut c_void) {
    let mut calls = CALLS.take();
    calls.push(user.addr());
    lines(SCENARIO, format_args!("{event}: users {calls:x?}"));
}

unsafe extern "C" fn flow_init(
    _: *mut ThreadVars,
    _: *mut Flow,
    _: *const Packet,
    user: *mut c_void,
) {
    call(user);
}

unsafe extern "C" fn last_flow_init(
    _: *mut ThreadVars,
    _: *mut Flow,
    _: *const Packet,
    user: *mut c_void,
) {
    last_call("flow init", user);
}

unsafe extern "C" fn flow_update(
    _: *mut ThreadVars,
    _: *mut Flow,
    _: *mut Packet,
    user: *mut c_void,
) {
    call(user);
}

unsafe extern "C" fn last_flow_update(
    _: *mut ThreadVars,
    _: *mut Flow,
    _: *mut Packet,
    user: *mut c_void,
) {
    last_call("flow update", user);
}

unsafe extern "C" fn flow_finish(_: *mut ThreadVars, _: *mut Flow, user: *mut c_void) {
    call(user);
}

unsafe extern "C" fn last_flow_finish(_: *mut ThreadVars, _: *mut Flow, user: *mut c_void) {
    last_call("flow finish", user);
}
