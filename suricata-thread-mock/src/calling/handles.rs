//! The threads that `ThreadVars` stand for.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use parking_lot::RwLock;
use rustc_hash::FxHashMap;

use crate::noun::token::STEP;
use crate::state::host::HostState;
use crate::state::threads::ThreadState;

const SHARDS: usize = 16;

#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) host: Arc<HostState>,
    pub(crate) thread: Arc<ThreadState>,
}

enum Entry {
    Thread(Arc<Handle>),
    /// The thread's name.
    Ended(Box<str>),
}

type Shard = RwLock<FxHashMap<usize, Entry>>;
static THREADS: LazyLock<[Shard; SHARDS]> = LazyLock::new(Default::default);

fn shard(token: usize) -> &'static Shard {
    &THREADS[token / STEP % SHARDS]
}

pub(crate) fn insert(handle: Handle) {
    let token = handle.thread.cells.token;
    let entry = Entry::Thread(Arc::new(handle));
    shard(token).write().insert(token, entry);
}

/// Only the name is kept.
pub(crate) fn end(thread: &ThreadState) {
    let token = thread.cells.token;
    let before = shard(token)
        .write()
        .insert(token, Entry::Ended(thread.name().into()));
    // With no lock held, since it may be the last reference to the host.
    drop(before);
}

/// The thread's name, if its host has ended.
pub(crate) fn ended(token: usize) -> Option<String> {
    match shard(token).read().get(&token) {
        Some(Entry::Ended(name)) => Some(name.to_string()),
        _ => None,
    }
}

thread_local! {
    /// This OS thread asks for it with every packet.
    static OWN: OnceCell<Rc<Handle>> = const { OnceCell::new() };
}

pub(crate) fn own(handle: Handle) {
    OWN.with(|own| drop(own.set(Rc::new(handle))));
}

pub(crate) enum Found {
    Own(Rc<Handle>),
    Other(Arc<Handle>),
}

impl Deref for Found {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        match self {
            Self::Own(handle) => handle,
            Self::Other(handle) => handle,
        }
    }
}

/// Of whichever host.
#[inline]
pub(crate) fn find(token: usize) -> Option<Found> {
    // It is gone in the destructors of other thread-locals.
    let own = OWN.try_with(|own| own.get().cloned()).ok().flatten();
    let own = own.filter(|own| own.thread.cells.token == token);
    if let Some(own) = own.filter(|own| !own.host.identity.has_ended()) {
        return Some(Found::Own(own));
    }
    match shard(token).read().get(&token) {
        Some(Entry::Thread(handle)) => Some(Found::Other(Arc::clone(handle))),
        _ => None,
    }
}
