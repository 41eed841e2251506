//! The measured plugin that uses a `DashMap` by thread.

mod host;

use std::ffi::c_void;
use std::sync::LazyLock;
use std::thread::{self, ThreadId};

use dashmap::DashMap;
use host::{Kind, State};

static STATES: LazyLock<DashMap<ThreadId, State>> = LazyLock::new(DashMap::new);

entry!(init);

fn init() {
    host::case(c"access", Kind::SameThread, access, ());
}

unsafe extern "C" fn access(_: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    STATES.entry(thread::current().id()).or_default().calls += 1;
}
