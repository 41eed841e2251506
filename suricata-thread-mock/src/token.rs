//! Pointers that stand for something and point to nothing: what plugins get as `ThreadVars`,
//! `Flow` and `Packet`.
//!
//! All of these are opaque to plugins, so no memory has to be behind them. A token is handed out
//! once in the life of the process; use after free is therefore recognised always, not only until
//! an allocator gives the same address out again. Only flows pass theirs on, see [`crate::Flow`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use parking_lot::RwLock;

use crate::thread::ThreadState;

/// On 64-bit machines 2^54: an address that no process has, so that a plugin that looks behind a
/// token faults at once. A multiple of [`STEP`].
const FIRST: usize = usize::MAX / 1024 + 1;
const STEP: usize = 64;
const SHARDS: usize = 16;

static NEXT: AtomicUsize = AtomicUsize::new(FIRST);

/// Who a `ThreadVars` stands for.
enum Entry {
    Thread(Arc<ThreadState>),
    /// The name of a thread whose host has ended.
    Ended(Box<str>),
}

type Shard = RwLock<HashMap<usize, Entry>>;
static THREADS: LazyLock<[Shard; SHARDS]> = LazyLock::new(Default::default);

/// A token that was never given out before.
///
/// # Panics
/// When there is none left, after 67 million on 32-bit machines.
pub(crate) fn new() -> usize {
    NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
        next.checked_add(STEP)
    })
    .expect("no pointer is left that this process has not given out")
}

/// Whether `token` was given out at any time, by any host.
pub(crate) fn was_given_out(token: usize) -> bool {
    (FIRST..NEXT.load(Ordering::Relaxed)).contains(&token) && token % STEP == 0
}

pub(crate) fn as_ptr<T>(token: usize) -> *mut T {
    std::ptr::without_provenance_mut(token)
}

fn shard(token: usize) -> &'static Shard {
    &THREADS[token / STEP % SHARDS]
}

pub(crate) fn insert(thread: &Arc<ThreadState>) {
    shard(thread.token)
        .write()
        .insert(thread.token, Entry::Thread(Arc::clone(thread)));
}

/// The host of the thread has ended: only its name is kept.
pub(crate) fn end(token: usize, name: &str) {
    let before = shard(token)
        .write()
        .insert(token, Entry::Ended(name.into()));
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
pub(crate) fn thread(token: usize) -> Option<Arc<ThreadState>> {
    match shard(token).read().get(&token) {
        Some(Entry::Thread(thread)) => Some(Arc::clone(thread)),
        _ => None,
    }
}
