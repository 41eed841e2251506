//! The measured plugin that uses a map by thread behind a `parking_lot::Mutex`.

mod host;

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::LazyLock;
use std::thread::{self, ThreadId};

use host::{Kind, State};
use parking_lot::Mutex;

static STATES: LazyLock<Mutex<HashMap<ThreadId, State>>> = LazyLock::new(Mutex::default);

entry!(init);

fn init() {
    host::case(c"access", Kind::SameThread, access, ());
}

unsafe extern "C" fn access(_: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    STATES
        .lock()
        .entry(thread::current().id())
        .or_default()
        .calls += 1;
}
