//! The measured plugin that uses `thread_local!` with a `RefCell`.

mod host;

use std::cell::RefCell;
use std::ffi::c_void;

use host::{Kind, State};

thread_local! {
    static STATE: RefCell<State> = const { RefCell::new(State { calls: 0 }) };
}

entry!(init);

fn init() {
    host::case(c"access", Kind::SameThread, access, ());
}

unsafe extern "C" fn access(_: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    STATE.with_borrow_mut(|state| state.calls += 1);
}
