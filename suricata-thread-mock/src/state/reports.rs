//! The reports of a host, and those that no host could be told of.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;

use crate::noun::report::{Report, ReportKind};

/// The reports of one host, in the order in which they first came.
#[derive(Default)]
pub(crate) struct Reports(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    list: Vec<Report>,
    /// Where the report for a key is, see [`Reports::add`].
    index: HashMap<(ReportKind, String), usize>,
    /// How many happened, repetitions counted.
    count: u64,
    /// `count` when somebody was last told.
    told: u64,
}

impl Reports {
    /// Reports of one kind with the same `key` are one report: the key says which call, slot and
    /// thread it was, and has nothing in it that is another one each time.
    pub(crate) fn add(&self, kind: ReportKind, key: String, message: String) {
        let mut inner = self.0.lock();
        inner.count += 1;
        let key = (kind, key);
        if let Some(&at) = inner.index.get(&key) {
            inner.list[at].times += 1;
            return;
        }
        let at = inner.list.len();
        inner.list.push(Report {
            kind,
            message,
            times: 1,
        });
        inner.index.insert(key, at);
    }

    pub(crate) fn list(&self) -> Vec<Report> {
        self.0.lock().list.clone()
    }

    /// A text with the reports, if there is one that nobody was told of yet; they count as told
    /// afterwards.
    pub(crate) fn tell_text(&self) -> Option<String> {
        let reports = self.tell()?;
        let mut text = format!("{} misuse(s) of Suricata's C API:", reports.len());
        for report in reports.iter().take(SHOWN) {
            text.push_str(&format!("\n- {report}"));
        }
        if let more @ 1.. = reports.len().saturating_sub(SHOWN) {
            text.push_str(&format!("\n… and {more} more, see `Host::reports`"));
        }
        Some(text)
    }

    /// All reports, if there is one that was not told yet; they count as told afterwards.
    fn tell(&self) -> Option<Vec<Report>> {
        let mut inner = self.0.lock();
        if inner.told == inner.count {
            return None;
        }
        inner.told = inner.count;
        Some(inner.list.clone())
    }
}

/// How many reports a text has at most.
const SHOWN: usize = 40;

/// How many reports without a host are kept.
const STRAYS: usize = 256;

static STRAY: Mutex<VecDeque<Report>> = Mutex::new(VecDeque::new());

/// What was done wrong where no host could be told: C calls on threads that belong to no host, and
/// with a `ThreadVars` of a host that has ended. Each was also written to stderr when it first
/// happened.
///
/// The list is the process's, not a test's: look for the name of your thread, which each message
/// has. It keeps the last 256 that differ.
///
/// ```
/// # use std::ffi::CStr;
/// # use suricata_thread_sys::common::{SCLogLevel, SCLogMessage};
/// # fn log(level: SCLogLevel, module: &CStr, message: &CStr) {
/// #     let (module, message) = (module.as_ptr(), message.as_ptr());
/// #     // SAFETY: the texts are C strings.
/// #     unsafe { SCLogMessage(level, module, 1, module, module, message) };
/// # }
/// # use std::thread;
/// # use suricata_thread_mock::{ReportKind, stray_reports};
/// let stray = thread::Builder::new().name("stray".to_owned()).spawn(|| {
///     log(SCLogLevel::SC_LOG_INFO, c"counter", c"started"); // calls SCLogMessage
/// });
/// stray.unwrap().join().unwrap();
/// let reports = stray_reports();
/// let mine = reports.iter().find(|report| report.message.contains("`stray`"));
/// assert_eq!(mine.unwrap().kind, ReportKind::NoHost);
/// ```
#[must_use]
pub fn stray_reports() -> Vec<Report> {
    STRAY.lock().iter().cloned().collect()
}

pub(crate) fn stray(kind: ReportKind, message: String) {
    let mut strays = STRAY.lock();
    let same = |stray: &&mut Report| stray.kind == kind && stray.message == message;
    if let Some(stray) = strays.iter_mut().find(same) {
        stray.times += 1;
        return;
    }
    if strays.len() == STRAYS {
        strays.pop_front();
    }
    eprintln!("suricata-thread-mock: {message}");
    strays.push_back(Report {
        kind,
        message,
        times: 1,
    });
}
