//! The measured plugin that uses the crate `thread_local`.

mod host;

use std::cell::RefCell;
use std::ffi::c_void;

use host::{Kind, State};
use thread_local::ThreadLocal;

static STATES: ThreadLocal<RefCell<State>> = ThreadLocal::new();

entry!(init);

fn init() {
    host::case(c"access", Kind::SameThread, access, ());
}

unsafe extern "C" fn access(_: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    STATES.get_or_default().borrow_mut().calls += 1;
}
