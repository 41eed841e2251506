//! What else could hold the state of a thread.

mod host;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::LazyLock;
use std::thread::{ThreadId, current};

use dashmap::DashMap;
use host::State;
use parking_lot::Mutex;
use thread_local::ThreadLocal;

thread_local! {
    static REF_CELL: RefCell<State> = const { RefCell::new(State { calls: 0 }) };
}
static THREAD_LOCAL: ThreadLocal<RefCell<State>> = ThreadLocal::new();
static MAP: LazyLock<DashMap<ThreadId, State>> = LazyLock::new(DashMap::new);
static LOCKED: LazyLock<Mutex<HashMap<ThreadId, State>>> = LazyLock::new(Mutex::default);

entry!(init);

unsafe extern "C" fn init() {
    host::case(c"thread_local! with RefCell", ref_cell, ());
    host::case(c"crate thread_local", thread_local, ());
    host::case(c"DashMap", map, ());
    host::case(c"Mutex<HashMap> of parking_lot", locked, ());
}

unsafe extern "C" fn ref_cell(_: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    REF_CELL.with_borrow_mut(|state| state.calls += 1);
}

unsafe extern "C" fn thread_local(_: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    THREAD_LOCAL.get_or_default().borrow_mut().calls += 1;
}

unsafe extern "C" fn map(_: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    MAP.entry(current().id()).or_default().calls += 1;
}

unsafe extern "C" fn locked(_: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    LOCKED.lock().entry(current().id()).or_default().calls += 1;
}
