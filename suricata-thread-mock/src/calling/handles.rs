//! The threads behind `ThreadVars` pointers.

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
    /// The name of a thread whose host has ended.
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

/// Forgets all but the thread's name.
pub(crate) fn end(thread: &ThreadState) {
    let token = thread.cells.token;
    let before = shard(token)
        .write()
        .insert(token, Entry::Ended(thread.name().into()));
    // Without the lock, since this may be the last reference to the host.
    drop(before);
}

/// Returns the thread's name if its host has ended.
pub(crate) fn ended(token: usize) -> Option<String> {
    match shard(token).read().get(&token) {
        Some(Entry::Ended(name)) => Some(name.to_string()),
        _ => None,
    }
}

thread_local! {
    /// Cached, since each packet needs it.
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

/// Returns the thread, of any host.
#[inline]
pub(crate) fn find(token: usize) -> Option<Found> {
    // Fails in destructors of thread-locals.
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
