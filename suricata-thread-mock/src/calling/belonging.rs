//! To which hosts the current OS thread belongs.

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

/// Makes the current OS thread belong to a host until [`leave`].
pub(crate) fn enter(host: &Arc<HostState>) {
    // In the destructor of another thread-local it may be gone; then the thread belongs to no host.
    let _ = HOSTS.try_with(|hosts| hosts.borrow_mut().push(Arc::clone(host)));
}

/// Takes back the last [`enter`] of this host on this thread. The order need not be that of a
/// stack: guards may be dropped in any order.
pub(crate) fn leave(host: &Arc<HostState>) {
    OUTLIVED.set(host.identity.has_ended());
    // The thread-local may be gone already, when a guard lives in another one.
    let gone = HOSTS.try_with(|hosts| {
        let mut hosts = hosts.borrow_mut();
        let at = hosts.iter().rposition(|h| Arc::ptr_eq(h, host))?;
        Some(hosts.remove(at))
    });
    // Dropped here, with no borrow held: it may be the last reference to the host.
    drop(gone);
}

/// Makes every thread that has entered no host belong to this one.
pub(crate) fn serve_every_thread(host: &Arc<HostState>) {
    *EVERY_THREAD.lock() = Arc::downgrade(host);
}

/// The host that this thread entered last and that has not ended.
pub(crate) fn host() -> Option<Arc<HostState>> {
    let goes_on = |host: &Arc<HostState>| !host.identity.has_ended();
    let entered = HOSTS.try_with(|hosts| {
        let hosts = hosts.borrow();
        hosts.iter().rev().find(|host| goes_on(host)).cloned()
    });
    let entered = entered.ok().flatten();
    entered.or_else(|| EVERY_THREAD.lock().upgrade().filter(goes_on))
}

/// Whether the host of this thread, which has none now, has ended.
pub(crate) fn has_outlived() -> bool {
    OUTLIVED.get() || !EVERY_THREAD.lock().ptr_eq(&Weak::new())
}

/// Whether this is the host that the thread entered last.
pub(crate) fn is_last(host: &Arc<HostState>) -> bool {
    let is_last = |hosts: &RefCell<Vec<_>>| {
        let hosts = hosts.borrow();
        hosts.last().is_some_and(|last| Arc::ptr_eq(last, host))
    };
    HOSTS.try_with(is_last).unwrap_or(false)
}
