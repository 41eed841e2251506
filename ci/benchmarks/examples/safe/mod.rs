//! The cases of the two safe layers, which are called alike; `super` says which one it is.

use std::ffi::c_void;

use super::host::{self, State};
use super::{SCLogInfo, ThreadStorage, ThreadVars, flow, thread};
use flow::{Flow, FlowStorage};

type Storage = ThreadStorage<State>;
type OfFlows = FlowStorage<State>;

/// Registers all of them.
pub fn init() -> Result<(), &'static str> {
    let storage = Storage::register("state")?;
    thread::register_init_callback(move |tv| {
        storage
            .get_or_insert_with(tv, State::default)
            .expect("a value");
    })?;
    host::case(c"access", access, storage);
    let of_flows = OfFlows::register("state")?;
    host::case(c"get_or_insert_with, of a flow", insert_in_flow, of_flows);
    host::case(c"access of a flow", access_of_flow, of_flows);
    host::next(c"thread init, empty");
    thread::register_init_callback(|_| {})?;
    host::next(c"thread init, one access");
    thread::register_init_callback(move |tv| count(storage, tv))?;
    host::next(c"flow init, empty");
    flow::register_init_callback(|_, _, _| {})?;
    host::next(c"flow init, one access");
    flow::register_init_callback(move |tv, _, _| count(storage, tv))?;
    host::next(c"flow update, empty");
    flow::register_update_callback(|_, _, _| {})?;
    host::next(c"flow update, one access");
    flow::register_update_callback(move |tv, _, _| count(storage, tv))?;
    host::case(c"get_or_insert_with, filled", insert, storage);
    host::case(c"log below the host's level", log, ());
    Ok(())
}

#[inline]
fn count(storage: Storage, tv: &mut ThreadVars) {
    if let Some(state) = storage.get_mut(tv) {
        state.calls += 1;
    }
}

unsafe extern "C" fn access(tv: *mut c_void, _: *mut c_void, _: *mut c_void, user: *mut c_void) {
    // SAFETY: the host passes the calling thread's own, and what the case was made with.
    let (mut tv, storage) = unsafe { (ThreadVars::from_ptr(tv.cast()), &*user.cast::<Storage>()) };
    count(*storage, &mut tv);
}

unsafe extern "C" fn insert(tv: *mut c_void, _: *mut c_void, _: *mut c_void, user: *mut c_void) {
    // SAFETY: as in `access`.
    let (mut tv, storage) = unsafe { (ThreadVars::from_ptr(tv.cast()), &*user.cast::<Storage>()) };
    if let Ok(state) = storage.get_or_insert_with(&mut tv, State::default) {
        state.calls += 1;
    }
}

unsafe extern "C" fn access_of_flow(
    _: *mut c_void,
    flow: *mut c_void,
    _: *mut c_void,
    user: *mut c_void,
) {
    // SAFETY: the host passes its one flow, and what the case was made with.
    let (mut flow, storage) = unsafe { (Flow::from_ptr(flow.cast()), &*user.cast::<OfFlows>()) };
    if let Some(state) = storage.get_mut(&mut flow) {
        state.calls += 1;
    }
}

unsafe extern "C" fn insert_in_flow(
    _: *mut c_void,
    flow: *mut c_void,
    _: *mut c_void,
    user: *mut c_void,
) {
    // SAFETY: as in `access_of_flow`.
    let (mut flow, storage) = unsafe { (Flow::from_ptr(flow.cast()), &*user.cast::<OfFlows>()) };
    if let Ok(state) = storage.get_or_insert_with(&mut flow, State::default) {
        state.calls += 1;
    }
}

unsafe extern "C" fn log(tv: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    SCLogInfo!("called for {tv:p}");
}
