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

/// The host of threads that have entered none.
static EVERY_THREAD: Mutex<Weak<HostState>> = Mutex::new(Weak::new());

pub(crate) fn enter(host: &Arc<HostState>) {
    // It is gone in the destructors of other thread-locals; then the thread belongs to no host.
    let _ = HOSTS.try_with(|hosts| hosts.borrow_mut().push(Arc::clone(host)));
}

/// Guards may be dropped in any order.
pub(crate) fn leave(host: &Arc<HostState>) {
    OUTLIVED.set(host.identity.has_ended());
    // It may be gone already, if a guard lives in another thread-local.
    let gone = HOSTS.try_with(|hosts| {
        let mut hosts = hosts.borrow_mut();
        let at = hosts.iter().rposition(|h| Arc::ptr_eq(h, host))?;
        Some(hosts.remove(at))
    });
    // With no borrow held, since it may be the last reference to the host.
    drop(gone);
}

pub(crate) fn serve_every_thread(host: &Arc<HostState>) {
    *EVERY_THREAD.lock() = Arc::downgrade(host);
}

/// The one entered last that has not ended.
pub(crate) fn host() -> Option<Arc<HostState>> {
    let goes_on = |host: &Arc<HostState>| !host.identity.has_ended();
    let entered = HOSTS.try_with(|hosts| {
        let hosts = hosts.borrow();
        hosts.iter().rev().find(|host| goes_on(host)).cloned()
    });
    let entered = entered.ok().flatten();
    entered.or_else(|| EVERY_THREAD.lock().upgrade().filter(goes_on))
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
