//! Which threads are the host's: those on which it has called the plugin.
//!
//! The host joins its own threads before it takes its log down, but knows nothing of those that a
//! plugin starts: one of them could be writing to the log while the host frees it. So the log is for
//! the host's threads only.
//!
//! Marking a thread costs more than dispatching a callback. Hence no callback of the plugin's marks,
//! on the packet path or when threads are set up; two callbacks of this crate, which the host runs
//! before them, do so when a thread is set up and when it picks a flow up.

use std::cell::Cell;

thread_local! {
    static IS_HOSTS: Cell<bool> = const { Cell::new(false) };
    static IS_MAIN: Cell<bool> = const { Cell::new(false) };
}

/// Notes that the calling thread is the host's: the host is calling the plugin on it.
pub(crate) fn mark() {
    IS_HOSTS.set(true);
}

/// Notes that the calling thread is the host's main thread, on which it runs the plugin's init.
pub(crate) fn mark_main() {
    mark();
    IS_MAIN.set(true);
}

/// Whether the calling thread is known to be the host's.
pub(crate) fn is_marked() -> bool {
    IS_HOSTS.get()
}

/// Whether it is the host's main thread.
pub(crate) fn is_main() -> bool {
    IS_MAIN.get()
}
