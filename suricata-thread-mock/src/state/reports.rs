//! Reports of a host, and reports without a host.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::noun::report::{Report, ReportKind};
use crate::noun::stderr;
use crate::state::journal::Journal;

pub(crate) struct Reports {
    inner: Mutex<Inner>,
    journal: Arc<Journal>,
    /// Writes each report to stderr when it first happens.
    at_once: bool,
}

#[derive(Default)]
struct Inner {
    list: Vec<Report>,
    index: HashMap<(ReportKind, String), usize>,
    /// Includes repetitions.
    count: u64,
    /// `count` when the test was last told.
    told: u64,
}

impl Reports {
    pub(crate) fn new(journal: Arc<Journal>, at_once: bool) -> Self {
        Self {
            inner: Mutex::default(),
            journal,
            at_once,
        }
    }

    /// Counts a report if its kind, call, slot, thread and subject are known.
    pub(crate) fn add(&self, report: Report) {
        let mut inner = self.inner.lock();
        inner.count += 1;
        let Report {
            kind,
            call,
            slot,
            thread,
            subject,
            ..
        } = &report;
        let slot = slot.as_deref().unwrap_or_default();
        let key = (*kind, format!("{call}\0{slot}\0{thread}\0{subject}"));
        if let Some(&at) = inner.index.get(&key) {
            inner.list[at].times += 1;
            return;
        }
        if self.at_once {
            stderr::write(&[&format!("suricata-thread-mock: misuse: {report}\n")]);
        } else {
            self.journal.add("misuse", &report);
        }
        let at = inner.list.len();
        inner.list.push(report);
        inner.index.insert(key, at);
    }

    /// Counts a report if its kind is known.
    pub(crate) fn add_once(&self, report: Report) {
        let first = {
            let inner = self.inner.lock();
            let same = inner.list.iter().find(|other| other.kind == report.kind);
            same.cloned()
        };
        self.add(first.unwrap_or(report));
    }

    pub(crate) fn list(&self) -> Vec<Report> {
        self.inner.lock().list.clone()
    }

    /// Returns `None` if nothing is new since the last call.
    pub(crate) fn tell_text(&self) -> Option<String> {
        let reports = self.tell()?;
        let groups = grouped(&reports);
        let mut text = format!("{} misuse(s) of Suricata's C API:", groups.len());
        for group in groups.iter().take(SHOWN) {
            text.push_str(&format!("\n- {}", group_text(group)));
        }
        let more = groups.len().saturating_sub(SHOWN);
        if more > 0 {
            text.push_str(&format!("\n… and {more} more in `Host::reports`"));
        }
        Some(text)
    }

    /// Returns all reports if any is new.
    fn tell(&self) -> Option<Vec<Report>> {
        let mut inner = self.inner.lock();
        if inner.told == inner.count {
            return None;
        }
        inner.told = inner.count;
        Some(inner.list.clone())
    }
}

/// Groups reports that differ only by thread.
fn grouped(reports: &[Report]) -> Vec<Vec<&Report>> {
    let mut groups: Vec<Vec<&Report>> = Vec::new();
    for report in reports {
        match groups.iter_mut().find(|group| group[0].is_like(report)) {
            Some(group) => group.push(report),
            None => groups.push(vec![report]),
        }
    }
    groups
}

fn group_text(group: &[&Report]) -> String {
    let [first, others @ ..] = group else {
        return String::new();
    };
    if others.is_empty() {
        return first.to_string();
    }
    let times: u64 = group.iter().map(|report| report.times).sum();
    let names: Vec<_> = others
        .iter()
        .take(5)
        .map(|other| format!("`{}`", other.thread))
        .collect();
    let more = match others.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let once = Report {
        times: 1,
        ..(*first).clone()
    };
    format!(
        "{once} ({times} times; also on thread {}{more})",
        names.join(", ")
    )
}

const SHOWN: usize = 40;

const STRAYS: usize = 256;

static STRAY: Mutex<VecDeque<Report>> = Mutex::new(VecDeque::new());

/// Returns the reports on C calls of threads without a host.
///
/// The process keeps the last 256 different reports of all tests: look for the name of your thread.
/// Each is also written to stderr when it first happens.
///
/// ```
/// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
/// # use std::thread;
/// # use suricata_thread_mock::{ReportKind, stray_reports};
/// # use suricata_thread_sys::common::SCLogLevel;
/// let stray = thread::Builder::new().name("stray".to_owned());
/// let stray = stray.spawn(|| plugin::log(SCLogLevel::SC_LOG_INFO, c"started"));
/// stray.unwrap().join().unwrap();
/// let reports = stray_reports();
/// let mine = reports.iter().find(|report| report.thread == "stray");
/// assert_eq!(mine.unwrap().kind, ReportKind::NoHost);
/// ```
#[must_use]
pub fn stray_reports() -> Vec<Report> {
    STRAY.lock().iter().cloned().collect()
}

pub(crate) fn stray(report: Report) {
    let mut strays = STRAY.lock();
    let same = |stray: &&mut Report| {
        **stray
            == Report {
                times: stray.times,
                ..report.clone()
            }
    };
    if let Some(stray) = strays.iter_mut().find(same) {
        stray.times += 1;
        return;
    }
    if strays.len() == STRAYS {
        strays.pop_front();
    }
    stderr::write(&[&format!("suricata-thread-mock: {report}\n")]);
    strays.push_back(report);
}
