//! Callbacks of plugins, and the occasions on which they run.

use std::ffi::c_void;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

// As the host calls them: what unwinds out of them is caught.
pub(crate) type ThreadInit = unsafe extern "C-unwind" fn(*mut ThreadVars, *mut c_void);
pub(crate) type FlowInit =
    unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *const Packet, *mut c_void);
pub(crate) type FlowUpdate =
    unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *mut Packet, *mut c_void);
pub(crate) type FlowFinish = unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *mut c_void);

/// What a plugin registered with a callback.
#[derive(Clone, Copy)]
pub(crate) struct User {
    pub(crate) pointer: *mut c_void,
    /// The plugin that registered it.
    pub(crate) plugin: Option<&'static str>,
}
// SAFETY: the host only passes it on; that a callback may use it on every thread of the host is
// what the plugin promised by registering it.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

/// Callbacks of one kind, in the order of registration. Walked on a snapshot, so that no lock is
/// held while plugin code runs.
pub(crate) struct List<F>(ArcSwap<Vec<(F, User)>>);

impl<F> Default for List<F> {
    fn default() -> Self {
        Self(ArcSwap::default())
    }
}

impl<F: Copy> List<F> {
    pub(crate) fn push(&self, callback: F, user: User) {
        self.0.rcu(|list| {
            let mut list = Vec::clone(list);
            list.push((callback, user));
            list
        });
    }

    pub(crate) fn snapshot(&self) -> Guard<Arc<Vec<(F, User)>>> {
        self.0.load()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.load().len()
    }
}

/// One of the four occasions on which the host runs callbacks.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    ThreadInit,
    FlowInit(*mut Flow, *const Packet),
    FlowUpdate(*mut Flow, *mut Packet),
    FlowFinish(*mut Flow),
}

// SAFETY: the pointers are only passed on, never looked behind.
unsafe impl Send for Event {}

impl Event {
    /// The name of the callbacks that run.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ThreadInit => "thread init callback",
            Self::FlowInit(..) => "flow init callback",
            Self::FlowUpdate(..) => "flow update callback",
            Self::FlowFinish(..) => "flow finish callback",
        }
    }
}
