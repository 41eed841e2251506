//! Marks the host's threads, which are those on which it has called the plugin.
//!
//! Only they may write to the host's log: the host joins its own threads before it frees the log, but does not know those
//! that a plugin starts.
//!
//! Marking costs more than dispatching a callback, so the packet path does not mark. Two callbacks of this crate do, when
//! a thread is created and when a flow begins; the host runs them before those of the plugin.

use std::cell::Cell;

thread_local! {
    static IS_HOSTS: Cell<bool> = const { Cell::new(false) };
    static IS_MAIN: Cell<bool> = const { Cell::new(false) };
}

/// Marks the calling thread as the host's.
pub(crate) fn mark() {
    IS_HOSTS.set(true);
}

/// Marks the calling thread as the host's main thread.
pub(crate) fn mark_main() {
    mark();
    IS_MAIN.set(true);
}

/// Returns `true` if the calling thread is known to be the host's.
pub(crate) fn is_marked() -> bool {
    IS_HOSTS.get()
}

/// Returns `true` on the host's main thread.
pub(crate) fn is_main() -> bool {
    IS_MAIN.get()
}
