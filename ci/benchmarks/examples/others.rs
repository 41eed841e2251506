//! The measured plugin that keeps the state of a thread in other containers.

mod host;

use std::cell::RefCell;
use std::collections::HashMap;
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
    let _none = ();
    case!(c"thread_local! with RefCell", _none: (), |_tv, _flow| {
        REF_CELL.with_borrow_mut(|state| state.calls += 1);
    });
    case!(c"crate thread_local", _none: (), |_tv, _flow| {
        THREAD_LOCAL.get_or_default().borrow_mut().calls += 1;
    });
    case!(c"DashMap", _none: (), |_tv, _flow| {
        MAP.entry(current().id()).or_default().calls += 1;
    });
    case!(c"Mutex<HashMap> of parking_lot", _none: (), |_tv, _flow| {
        LOCKED.lock().entry(current().id()).or_default().calls += 1;
    });
}
