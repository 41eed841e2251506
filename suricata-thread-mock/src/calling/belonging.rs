//! The hosts that the current OS thread belongs to.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::state::host::HostState;

thread_local! {
    static HOSTS: RefCell<Vec<Arc<HostState>>> = const { RefCell::new(Vec::new()) };
    /// The host that this thread left last has ended.
    static OUTLIVED: Cell<bool> = const { Cell::new(false) };
}

/// The host of threads that have entered no host.
static EVERY_THREAD: Mutex<Weak<HostState>> = Mutex::new(Weak::new());

pub(crate) fn enter(host: &Arc<HostState>) {
    // Fails in destructors of thread-locals; then the thread belongs to no host.
    let _ = HOSTS.try_with(|hosts| hosts.borrow_mut().push(Arc::clone(host)));
}

/// Guards may be dropped in any order.
pub(crate) fn leave(host: &Arc<HostState>) {
    OUTLIVED.set(host.identity.has_ended());
    // Fails if the guard lives in another thread-local.
    let gone = HOSTS.try_with(|hosts| {
        let mut hosts = hosts.borrow_mut();
        let at = hosts.iter().rposition(|h| Arc::ptr_eq(h, host))?;
        Some(hosts.remove(at))
    });
    // Without a borrow, since this may be the last reference to the host.
    drop(gone);
}

pub(crate) fn serve_every_thread(host: &Arc<HostState>) {
    *EVERY_THREAD.lock() = Arc::downgrade(host);
}

/// Returns the host entered last that has not ended, or else the host of every thread.
pub(crate) fn host() -> Option<Arc<HostState>> {
    let is_live = |host: &Arc<HostState>| !host.identity.has_ended();
    let entered = HOSTS.try_with(|hosts| {
        let hosts = hosts.borrow();
        hosts.iter().rev().find(|host| is_live(host)).cloned()
    });
    let entered = entered.ok().flatten();
    entered.or_else(|| EVERY_THREAD.lock().upgrade().filter(is_live))
}

pub(crate) fn has_outlived() -> bool {
    OUTLIVED.get() || !EVERY_THREAD.lock().ptr_eq(&Weak::new())
}

pub(crate) fn is_last(host: &Arc<HostState>) -> bool {
    let is_last = |hosts: &RefCell<Vec<_>>| {
        let hosts = hosts.borrow();
        hosts.last().is_some_and(|last| Arc::ptr_eq(last, host))
    };
    HOSTS.try_with(is_last).unwrap_or(false)
}
