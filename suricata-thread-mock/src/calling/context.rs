//! The current OS thread: its host's thread, and the plugin code that it runs.

use std::cell::Cell;
use std::sync::Arc;

use suricata_thread_sys::common::SCLogLevel;

use crate::calling::belonging;
use crate::calling::last_words::{self, Inside};
use crate::calling::watchdog;
use crate::noun::log_line::LogLine;
use crate::noun::report::{Report, ReportKind};
use crate::noun::words::{self, Code, Place, PluginCode, Words};
use crate::state::host::HostState;
use crate::state::reports;

thread_local! {
    static WORKER_NAME: Cell<Option<&'static str>> = const { Cell::new(None) };
    static WORKER: Cell<Option<usize>> = const { Cell::new(None) };
    /// The thread produces the packets of a replay.
    static FEEDING: Cell<bool> = const { Cell::new(false) };
}

pub(crate) const EVERY_THREAD_REMEDY: &str = "Threads that a plugin starts need a host built with \
    `HostBuilder::every_thread`, in a test process of its own";

/// Returns the current thread's host, or reports that there is none.
pub(crate) fn host_for(call: &str) -> Option<Arc<HostState>> {
    let host = belonging::host();
    if host.is_none() {
        let report = Report::new(ReportKind::NoHost, call, os_thread_name())
            .expected(
                "a thread of a live `Host`, the one that built it, or one that holds `host.enter()`",
            )
            .actual("it belongs to no mock host")
            .consequence("The call fails, like one that Suricata refuses")
            .remedy(EVERY_THREAD_REMEDY);
        reports::stray(report);
    }
    host
}

pub(crate) fn os_thread_name() -> String {
    if let Ok(Some(name)) = WORKER_NAME.try_with(Cell::get) {
        return name.to_owned();
    }
    let thread = std::thread::current();
    match thread.name() {
        Some(name) => name.to_owned(),
        None => format!("{:?}", thread.id()),
    }
}

pub(crate) fn thread_name(host: &HostState) -> String {
    if host.identity.is_main() {
        "Suricata-Main".to_owned()
    } else {
        os_thread_name()
    }
}

pub(crate) fn log_own(host: &HostState, level: SCLogLevel, module: &str, message: String) {
    host.log.add(own_line(host, level, module, message));
}

/// Logs a line that a `Result` tells the test.
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

pub(crate) fn misuse(host: &HostState, kind: ReportKind, call: impl Into<String>) -> Report {
    Report::new(kind, call, thread_name(host)).plugin(plugin())
}

pub(crate) fn report(host: &HostState, mut report: Report) {
    report.plugin = report.plugin.or(plugin());
    host.reports.add(report);
}

/// Reports misuse of this kind once, and counts it.
pub(crate) fn report_once(host: &HostState, report: Report) {
    host.reports.add_once(report);
}

pub(crate) fn plugin_code() -> Option<PluginCode> {
    last_words::inside().map(|inside| inside.words.code.kind)
}

pub(crate) fn plugin() -> Option<&'static str> {
    last_words::inside().and_then(|inside| inside.words.code.plugin)
}

/// Until it is dropped, the thread runs plugin code of `host`.
pub(crate) struct InPlugin<'a> {
    host: &'a Arc<HostState>,
    is_entered: bool,
    before: Option<Inside>,
}

impl<'a> InPlugin<'a> {
    #[inline]
    pub(crate) fn new(host: &'a Arc<HostState>, code: Code) -> Self {
        let is_entered = !belonging::is_last(host);
        if is_entered {
            belonging::enter(host);
        }
        let words = words_for(host, code);
        watchdog::note(host, Some(words));
        Self {
            host,
            is_entered,
            before: last_words::replace(Some(Inside::new(host, words))),
        }
    }
}

impl Drop for InPlugin<'_> {
    #[inline]
    fn drop(&mut self) {
        last_words::replace(self.before);
        watchdog::note(self.host, self.before.map(|inside| inside.words));
        if self.is_entered {
            belonging::leave(self.host);
        }
    }
}

#[inline]
fn words_for(host: &HostState, code: Code) -> &'static Words {
    let place = Place {
        code,
        thread: lasting_thread_name(host),
        host: host.identity.built_at,
    };
    place.words()
}

/// Notes that destructors of thread-locals run next, perhaps a plugin's. The watchdog watches them
/// until the result is dropped; the host must live until then.
pub(crate) fn note_end(host: &HostState) -> Arc<dyn Send + Sync> {
    let code = Code {
        kind: PluginCode::Callback,
        name: "destructor of a thread-local",
        plugin: None,
    };
    let words = words_for(host, code);
    watchdog::note(host, Some(words));
    last_words::replace(Some(Inside::new(host, words)));
    watchdog::keep()
}

#[inline]
fn lasting_thread_name(host: &HostState) -> &'static str {
    if host.identity.is_main() {
        return "Suricata-Main";
    }
    match WORKER_NAME.try_with(Cell::get) {
        Ok(Some(name)) => name,
        _ => words::intern(&os_thread_name()),
    }
}

/// Panics as [`Host`](crate::Host#panics) says.
#[track_caller]
pub(crate) fn assert_drivable(host: &HostState, call: &str) {
    assert!(
        !is_feeding(),
        "{call} was called by the iterator passed to Host::replay: the workers are busy until \
         it ends. Call it before or after the replay"
    );
    if plugin_code().is_some() {
        let report = driven(call, "by plugin code that the host is running");
        let message = report.to_string();
        self::report(host, report);
        panic!("{message}");
    }
}

pub(crate) fn driven(call: &str, actual: &str) -> Report {
    Report::new(ReportKind::DrivenFromPlugin, call, os_thread_name())
        .expected("by the test alone")
        .actual(actual)
        .consequence("Suricata has no such function")
}

fn is_feeding() -> bool {
    FEEDING.try_with(Cell::get).unwrap_or(false)
}

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

pub(crate) fn set_worker(token: usize, name: &'static str) {
    WORKER.set(Some(token));
    WORKER_NAME.set(Some(name));
}

pub(crate) fn worker() -> Option<usize> {
    WORKER.try_with(Cell::get).ok().flatten()
}
