//! Callbacks of plugins, and the events that they run for.

use std::ffi::c_void;
use std::iter;
use std::sync::OnceLock;

use suricata_thread_sys::{Flow, Packet, ThreadVars};

// `C-unwind`, since the host catches panics that leave them.
pub(crate) type ThreadInit = unsafe extern "C-unwind" fn(*mut ThreadVars, *mut c_void);
pub(crate) type FlowInit =
    unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *const Packet, *mut c_void);
pub(crate) type FlowUpdate =
    unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *mut Packet, *mut c_void);
pub(crate) type FlowFinish = unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *mut c_void);

#[derive(Clone, Copy)]
pub(crate) struct User {
    pub(crate) pointer: *mut c_void,
    pub(crate) plugin: Option<&'static str>,
}
// SAFETY: the host only passes it on. By registering it, the plugin promised that a callback may
// use it on every thread of the host.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

/// A list that only grows, so that the packet path reads it without a lock.
pub(crate) struct List<F>(OnceLock<Box<Registered<F>>>);

struct Registered<F> {
    callback: F,
    user: User,
    next: List<F>,
}

impl<F> Default for List<F> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<F: Copy> List<F> {
    pub(crate) fn push(&self, callback: F, user: User) {
        let next = Self::default();
        let mut new = Box::new(Registered {
            callback,
            user,
            next,
        });
        let mut list = self;
        while let Err(taken) = list.0.set(new) {
            new = taken;
            list = &list.0.get().expect("it was set").next;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (F, User)> {
        let registered = iter::successors(self.0.get(), |last| last.next.0.get());
        registered.map(|registered| (registered.callback, registered.user))
    }

    pub(crate) fn len(&self) -> usize {
        self.iter().count()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Event {
    ThreadInit,
    FlowInit(*mut Flow, *const Packet),
    FlowUpdate(*mut Flow, *mut Packet),
    FlowFinish(*mut Flow),
}

// SAFETY: the pointers are only passed on, never dereferenced.
unsafe impl Send for Event {}

impl Event {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ThreadInit => "thread init callback",
            Self::FlowInit(..) => "flow init callback",
            Self::FlowUpdate(..) => "flow update callback",
            Self::FlowFinish(..) => "flow finish callback",
        }
    }
}
