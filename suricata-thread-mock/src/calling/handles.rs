//! Which thread of which host a `ThreadVars` stands for.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use parking_lot::RwLock;

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
    Thread(Handle),
    /// The name of a thread whose host has ended.
    Ended(Box<str>),
}

type Shard = RwLock<HashMap<usize, Entry>>;
static THREADS: LazyLock<[Shard; SHARDS]> = LazyLock::new(Default::default);

fn shard(token: usize) -> &'static Shard {
    &THREADS[token / STEP % SHARDS]
}

pub(crate) fn insert(handle: Handle) {
    let token = handle.thread.cells.token;
    shard(token).write().insert(token, Entry::Thread(handle));
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
pub(crate) fn find(token: usize) -> Option<Handle> {
    match shard(token).read().get(&token) {
        Some(Entry::Thread(handle)) => Some(handle.clone()),
        _ => None,
    }
}
