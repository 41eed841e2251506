//! What the current OS thread is doing: to which hosts it belongs, and whether plugin code runs.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Weak};

use parking_lot::Mutex;
use suricata_thread_sys::common::SCLogLevel;

use crate::noun::log_line::LogLine;
use crate::noun::report::{Report, ReportKind};
use crate::state::host::HostState;
use crate::state::reports;

/// Which kind of plugin code runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PluginCode {
    /// The entry point or `Init`: the place to register things.
    Loading,
    /// A callback, an alloc or a free function.
    Callback,
}

thread_local! {
    static HOSTS: RefCell<Vec<Arc<HostState>>> = const { RefCell::new(Vec::new()) };
    static PLUGIN: Cell<Option<PluginCode>> = const { Cell::new(None) };
    /// The token of the thread of a host that this OS thread is.
    static WORKER: Cell<Option<usize>> = const { Cell::new(None) };
    /// The packets of a replay are being produced.
    static FEEDING: Cell<bool> = const { Cell::new(false) };
}

/// Makes the current OS thread belong to a host until [`leave`].
pub(crate) fn enter(host: &Arc<HostState>) {
    // In the destructor of another thread-local it may be gone; then the thread belongs to no host.
    let _ = HOSTS.try_with(|hosts| hosts.borrow_mut().push(Arc::clone(host)));
}

/// Takes back the last [`enter`] of this host on this thread. The order need not be that of a
/// stack: guards may be dropped in any order.
pub(crate) fn leave(host: &Arc<HostState>) {
    // The thread-local may be gone already, when a guard lives in another one.
    let gone = HOSTS.try_with(|hosts| {
        let mut hosts = hosts.borrow_mut();
        let at = hosts.iter().rposition(|h| Arc::ptr_eq(h, host))?;
        Some(hosts.remove(at))
    });
    // Dropped here, with no borrow held: it may be the last reference to the host.
    drop(gone);
}

/// The host that this thread entered last and that has not ended.
pub(crate) fn host() -> Option<Arc<HostState>> {
    HOSTS
        .try_with(|hosts| {
            let hosts = hosts.borrow();
            hosts
                .iter()
                .rev()
                .find(|h| !h.identity.has_ended())
                .cloned()
        })
        .ok()
        .flatten()
        .or_else(|| {
            EVERY_THREAD
                .lock()
                .upgrade()
                .filter(|h| !h.identity.has_ended())
        })
}

/// The host of threads that have entered none.
static EVERY_THREAD: Mutex<Weak<HostState>> = Mutex::new(Weak::new());

/// Makes every thread that has entered no host belong to this one.
pub(crate) fn serve_every_thread(host: &Arc<HostState>) {
    *EVERY_THREAD.lock() = Arc::downgrade(host);
}

/// [`host`], for the C function `call`: says so where there is none.
pub(crate) fn host_for(call: &str) -> Option<Arc<HostState>> {
    let host = host();
    if host.is_none() {
        let report = Report::new(ReportKind::NoHost, call, os_thread_name())
            .expected(
                "a thread that built a `Host` which has not ended, a thread of that host, or one \
                 that holds `host.enter()`",
            )
            .actual("it belongs to no mock host")
            .consequence("The call fails, as Suricata would refuse it");
        reports::stray(report);
    }
    host
}

pub(crate) fn os_thread_name() -> String {
    let thread = std::thread::current();
    match thread.name() {
        Some(name) => name.to_owned(),
        None => format!("{:?}", thread.id()),
    }
}

/// The current thread's name as the host's log would have it.
pub(crate) fn thread_name(host: &HostState) -> String {
    if host.identity.is_main() {
        "Suricata-Main".to_owned()
    } else {
        os_thread_name()
    }
}

/// Logs a line of the host's own.
pub(crate) fn log_own(host: &HostState, level: SCLogLevel, module: &str, message: String) {
    host.log.add(own_line(host, level, module, message));
}

/// Logs a line of the host's own that a result tells the test of.
pub(crate) fn log_known(host: &HostState, level: SCLogLevel, module: &str, message: String) {
    host.log.add_known(own_line(host, level, module, message));
}

fn own_line(host: &HostState, level: SCLogLevel, module: &str, message: String) -> LogLine {
    LogLine {
        level,
        file: String::new(),
        line: 0,
        function: String::new(),
        module: module.to_owned(),
        message,
        thread: thread_name(host),
    }
}

/// Reports a misuse to a host.
pub(crate) fn report(host: &HostState, report: Report) {
    host.reports.add(report);
}

/// Reports a misuse whose first report says all: later ones are counted with it, whatever was called
/// and wherever.
pub(crate) fn report_once(host: &HostState, report: Report) {
    host.reports.add_once(report);
}

pub(crate) fn plugin_code() -> Option<PluginCode> {
    PLUGIN.try_with(Cell::get).ok().flatten()
}

/// Marks the current thread as running plugin code of `host` until dropped.
pub(crate) struct InPlugin<'a> {
    /// The host that the thread has entered, unless it was in there already.
    entered: Option<&'a Arc<HostState>>,
    before: Option<PluginCode>,
}

impl<'a> InPlugin<'a> {
    pub(crate) fn new(host: &'a Arc<HostState>, code: PluginCode) -> Self {
        let is_in = HOSTS.try_with(|hosts| {
            let hosts = hosts.borrow();
            hosts.last().is_some_and(|last| Arc::ptr_eq(last, host))
        });
        let entered = (is_in != Ok(true)).then_some(host);
        if let Some(host) = entered {
            enter(host);
        }
        // Gone in the destructor of another thread-local, see `enter`.
        let before = PLUGIN.try_with(|p| p.replace(Some(code))).ok().flatten();
        Self { entered, before }
    }
}

impl Drop for InPlugin<'_> {
    fn drop(&mut self) {
        let _ = PLUGIN.try_with(|p| p.set(self.before));
        if let Some(host) = self.entered {
            leave(host);
        }
    }
}

/// Refuses what drives the host, `what`, in plugin code: the host would call a second callback
/// with a `ThreadVars` whose first one has not returned. In the packets of a replay as well: the
/// workers are busy until there are no more packets.
///
/// # Panics
/// In plugin code and in the packets of a replay.
pub(crate) fn assert_drivable(host: &HostState, what: &str) {
    assert!(
        !is_feeding(),
        "{what} was called by the iterator that Host::replay takes its packets from: the workers \
         are busy until it ends, so this could wait for ever. Drive the host before or after"
    );
    if plugin_code().is_some() {
        let report = driven(what, "by plugin code that the host is running");
        let message = report.to_string();
        self::report(host, report);
        panic!("{message}");
    }
}

/// The report on plugin code that drives a host.
pub(crate) fn driven(what: &str, actual: &str) -> Report {
    Report::new(ReportKind::DrivenFromPlugin, what, os_thread_name())
        .expected("by the test alone")
        .actual(actual)
        .consequence("Suricata has no such function")
}

fn is_feeding() -> bool {
    FEEDING.try_with(Cell::get).unwrap_or(false)
}

/// The current thread produces the packets of a replay until this is dropped.
pub(crate) struct Feeding(());

impl Feeding {
    pub(crate) fn new() -> Self {
        FEEDING.set(true);
        Self(())
    }
}

impl Drop for Feeding {
    fn drop(&mut self) {
        FEEDING.set(false);
    }
}

/// Makes this OS thread the host's thread with that token.
pub(crate) fn set_worker(token: usize) {
    WORKER.set(Some(token));
}

pub(crate) fn worker() -> Option<usize> {
    WORKER.try_with(Cell::get).ok().flatten()
}

/// Which of the hosts' threads waits for which. A thread runs one job at a time, so it waits for
/// one thread at most.
static WAITS: LazyLock<Mutex<HashMap<usize, usize>>> = LazyLock::new(Mutex::default);

/// The current thread waits for another one until dropped.
pub(crate) struct Waiting(Option<usize>);

/// Notes that the current thread is about to wait for the thread `for_token`.
///
/// # Panics
/// Where that could never end: the other thread, or one that it waits for, is this one.
pub(crate) fn wait_for(for_token: usize, what: &str, name: &str) -> Waiting {
    let Some(me) = worker() else {
        return Waiting(None);
    };
    let mut waits = WAITS.lock();
    let mut at = for_token;
    loop {
        if at == me {
            drop(waits);
            panic!(
                "{what} on thread `{name}` was called by a job on thread `{}`, which would wait \
                 for itself for ever",
                os_thread_name()
            );
        }
        match waits.get(&at) {
            Some(&next) => at = next,
            None => break,
        }
    }
    waits.insert(me, for_token);
    Waiting(Some(me))
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(me) = self.0 {
            WAITS.lock().remove(&me);
        }
    }
}
