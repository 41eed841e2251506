//! The order of callbacks and their user pointers, also of a function that is registered several times.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::without_provenance_mut;

use suricata_thread_sys::common::{
    SCFlowRegisterFinishCallback, SCFlowRegisterInitCallback, SCFlowRegisterUpdateCallback,
    SCThreadRegisterInitCallback,
};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

use super::api::Tv;
use super::{role, say, threads};

const SCENARIO: &str = "callbacks";

type User = *mut c_void;

/// The user pointers, in the order of registration.
const USERS: [usize; 6] = [1, 2, 2, 0, usize::MAX, LAST];
const LAST: usize = 42;

pub(super) fn init() {
    for user in USERS {
        let pointer: User = without_provenance_mut(user);
        // SAFETY: the callbacks take any user pointer, and hold for the life of the process.
        let accepted = unsafe {
            [
                SCThreadRegisterInitCallback(Some(thread_init), pointer),
                SCFlowRegisterInitCallback(Some(flow_init), pointer),
                SCFlowRegisterUpdateCallback(Some(flow_update), pointer),
                SCFlowRegisterFinishCallback(Some(flow_finish), pointer),
            ]
        };
        say!(Sequence, "user {user:x}: accepted {accepted:?}");
    }
}

unsafe extern "C" fn thread_init(tv: *mut ThreadVars, user: User) {
    let (number, user, role) = (threads::number(Tv(tv)), user.addr(), role());
    say!(Thread(number), "thread init, user {user:x}, on {role}");
}

/// Records a call for a flow event. The last one writes a line of all calls.
fn call(event: &str, user: User) {
    thread_local! {
        static CALLS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    }
    CALLS.with_borrow_mut(|calls| {
        calls.push(user.addr());
        if user.addr() == LAST {
            say!(AnyTime, "{event}: users {calls:x?}");
            calls.clear();
        }
    });
}

unsafe extern "C" fn flow_init(_: *mut ThreadVars, _: *mut Flow, _: *const Packet, user: User) {
    call("flow init", user);
}

unsafe extern "C" fn flow_update(_: *mut ThreadVars, _: *mut Flow, _: *mut Packet, user: User) {
    call("flow update", user);
}

unsafe extern "C" fn flow_finish(_: *mut ThreadVars, _: *mut Flow, user: User) {
    call("flow finish", user);
}
