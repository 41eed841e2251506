//! What a test should know of and Suricata would let pass.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use parking_lot::Mutex;

/// Which rule was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportKind {
    /// A set replaced a value that nobody had read just before, so that nobody can free it.
    ValueLost,
    /// A free function stored a value in a slot that had been freed before it, so that nobody frees
    /// the value; or one was stored after the shutdown on a thread that the host never frees. What
    /// such threads hold before is no misuse; for that see
    /// [`Host::left_values`](crate::Host::left_values).
    ValueNeverFreed,
    /// A pointer is held by two slots, unless
    /// [`Builder::shared_values`](crate::Builder::shared_values) is on; or was freed while it was
    /// being freed; or free functions of a slot store values and free those without end.
    ValueFreedTwice,
    /// The name of a new slot is where another slot's name was, which Suricata has kept by its
    /// pointer: it must stay what it is for the life of the process.
    NameChanged,
    /// A slot id that was never registered with this host, is another host's, or an ended one's.
    UnknownSlot,
    /// Storage was used while slots could still be registered.
    StorageNotFinalized,
    /// A `ThreadVars` was used after it was freed.
    ThreadVarsFreed,
    /// A `ThreadVars` pointer that is NULL or that no host gave out.
    ThreadVarsUnknown,
    /// A `ThreadVars` was used on a thread that it does not belong to at that time.
    WrongThread,
    /// Two threads registered at the same time.
    ConcurrentRegistration,
    /// A callback registered something.
    RegistrationInCallback,
    /// A callback was registered after threads had been created.
    LateRegistration,
    /// A callback that is NULL was registered.
    NullCallback,
    /// A panic left a function that the host called.
    PanicAtBoundary,
    /// A C function was called on a thread that belongs to no host.
    NoHost,
    /// Plugin code called a function that is the host's own.
    HostFunction,
    /// A function that the Suricata of this plugin does not have.
    OtherGeneration,
    /// Plugin code drove the host of the test, which called it.
    DrivenFromPlugin,
}

/// One misuse, with what was expected, what happened, and what Suricata would do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Which rule was broken.
    pub kind: ReportKind,
    /// The whole text, as it was the first time.
    pub message: String,
    /// How often this happened: the same rule, call, slot and thread. Pointers and the texts of
    /// panics may have been others each time; not so among the [`stray_reports`].
    pub times: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.times > 1 {
            write!(f, " ({} times)", self.times)?;
        }
        Ok(())
    }
}

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
