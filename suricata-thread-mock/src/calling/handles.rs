//! Which thread of which host a `ThreadVars` stands for.

use std::cell::RefCell;
use std::sync::{Arc, LazyLock, Weak};

use parking_lot::RwLock;
use rustc_hash::FxHashMap;

use crate::noun::token::STEP;
use crate::state::host::HostState;
use crate::state::threads::ThreadState;

const SHARDS: usize = 16;

/// A thread and its host.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) host: Arc<HostState>,
    pub(crate) thread: Arc<ThreadState>,
}

/// Who a `ThreadVars` stands for.
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

/// The host of a thread has ended: only the name is kept.
pub(crate) fn end(thread: &ThreadState) {
    let token = thread.cells.token;
    let before = shard(token)
        .write()
        .insert(token, Entry::Ended(thread.name().into()));
    // With no lock held: it may be the last reference to the host.
    drop(before);
}

/// The name of the thread whose `ThreadVars` this was, if its host has ended.
pub(crate) fn ended(token: usize) -> Option<String> {
    match shard(token).read().get(&token) {
        Some(Entry::Ended(name)) => Some(name.to_string()),
        _ => None,
    }
}

/// The thread, of whichever host, whose `ThreadVars` this is.
pub(crate) fn find(token: usize) -> Option<Arc<Handle>> {
    let last = LAST.try_with(|last| match &*last.borrow() {
        (known, handle) if *known == token => handle.upgrade(),
        _ => None,
    });
    if let Ok(Some(handle)) = last {
        if !handle.host.identity.has_ended() {
            return Some(handle);
        }
    }
    let handle = match shard(token).read().get(&token) {
        Some(Entry::Thread(handle)) => Arc::clone(handle),
        _ => return None,
    };
    let _ = LAST.try_with(|last| last.replace((token, Arc::downgrade(&handle))));
    Some(handle)
}

thread_local! {
    /// What this OS thread has found last: as a rule it asks for its own, packet by packet.
    static LAST: RefCell<(usize, Weak<Handle>)> = const { RefCell::new((0, Weak::new())) };
}
