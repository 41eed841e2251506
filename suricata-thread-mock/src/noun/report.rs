//! Misuse of the C API that Suricata itself does not report.

use std::fmt;

use crate::noun::language;

/// What plugins do wrong, and what Suricata itself would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportKind {
    /// A set replaced a value that nobody had read just before, so that nobody can free it; or a
    /// free function stored a value in the slot that is being emptied.
    ///
    /// Suricata overwrites, and leaks the value.
    ValueLost,
    /// A free function stored a value in a slot that had been freed before it, so that nobody frees
    /// the value; or one was stored after the shutdown on a thread that the host never frees. What
    /// such threads hold before is no misuse; for that see
    /// [`Host::left_values`](crate::Host::left_values).
    ///
    /// Suricata leaks the value.
    ValueNeverFreed,
    /// A pointer is held by two slots, unless
    /// [`HostBuilder::shared_values`](crate::HostBuilder::shared_values) is on; or was freed while it
    /// was being freed; or free functions of a slot store values and free those without end.
    ///
    /// Suricata calls the free function for each slot, or for ever.
    ValueFreedTwice,
    /// A slot name's memory was reused for another name.
    ///
    /// Suricata keeps the pointer for the life of the process: the first slot has the new name from
    /// then on.
    NameChanged,
    /// A plugin registered a slot under a name that Suricata itself registers after the plugins. The
    /// host ends here too: [`Host::finalize`](crate::Host::finalize) panics, unless it only records.
    ///
    /// Suricata ends with an error at start-up.
    NameReserved,
    /// A slot id that was never registered with this host, is another host's, or an ended one's.
    ///
    /// Suricata does not check ids, and reads or writes past the thread's slots.
    UnknownSlot,
    /// Storage was used while slots could still be registered.
    ///
    /// Suricata's debug builds abort; in release builds a thread of that time has no room for slots.
    StorageNotFinalized,
    /// A `ThreadVars` was used after it was freed.
    ///
    /// Suricata reads or writes freed memory.
    ThreadVarsFreed,
    /// A `ThreadVars` pointer that is NULL or that no host gave out.
    ///
    /// Suricata crashes, or uses memory that is something else.
    ThreadVarsUnknown,
    /// A `Flow` pointer that is NULL or that no host gave out.
    ///
    /// Suricata crashes, or uses memory that is something else.
    FlowUnknown,
    /// A `Flow` was used that was retired.
    ///
    /// Suricata reads or writes the storage of whichever flow is there now.
    FlowRetired,
    /// A `Flow` was used outside of its own callbacks, or on another thread than they run on.
    ///
    /// Suricata holds the flow's lock in them only: a data race.
    FlowNotLocked,
    /// `ThreadAllocStorageById` was called for a value that a set stored, in a slot with an alloc function.
    ///
    /// Suricata returns that value, whatever it is.
    StoredThenAllocated,
    /// The alloc function of a slot asked for that slot.
    ///
    /// Suricata calls it for ever.
    AllocRecursion,
    /// A `ThreadVars` was used on a thread that it does not belong to at that time.
    ///
    /// Suricata has no lock there: a data race.
    WrongThread,
    /// Two threads registered at the same time.
    ///
    /// Suricata's lists have no lock: it loses a registration, or crashes.
    ConcurrentRegistration,
    /// A callback registered something.
    ///
    /// Suricata adds to the list that it is walking; a slot is refused.
    RegistrationInCallback,
    /// A callback was registered after threads had been created.
    ///
    /// Suricata accepts it: a thread init callback runs for later threads only, the list of flow
    /// callbacks may be walked meanwhile.
    LateRegistration,
    /// A callback that is NULL was registered.
    ///
    /// Suricata accepts it, and crashes when it calls it.
    NullCallback,
    /// A panic, or an exception, left a function that the host called.
    ///
    /// Suricata crashes, or goes on with corrupt memory.
    PanicAtBoundary,
    /// A C function was called on a thread that belongs to no host, or after its host has ended.
    ///
    /// In Suricata every thread belongs to the one host that there is. After its end the level of the log is 0, and
    /// `SCLogMessage` loses the line and returns 0.
    NoHost,
    /// Plugin code called a function that is the host's own.
    ///
    /// Suricata obeys, and loses what is registered or frees what is in use.
    HostFunction,
    /// A function that the Suricata of this plugin does not have.
    ///
    /// Suricata does not load the plugin, or leaves NULL in a weak reference.
    OtherGeneration,
    /// Plugin code drove the host of the test, which called it.
    ///
    /// Suricata has no such function.
    DrivenFromPlugin,
}

/// One misuse: what was expected, what happened, what Suricata would do, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Which rule was broken.
    pub kind: ReportKind,
    /// The function that was called, or the callback that ran.
    pub call: String,
    /// The slot's name and id, if it was about one.
    pub slot: Option<String>,
    /// The thread: the one whose slot it is, or the one that called.
    pub thread: String,
    /// The name of the plugin whose code ran, where that is known.
    pub plugin: Option<&'static str>,
    /// What was expected.
    pub expected: String,
    /// What happened, as it was the first time.
    pub actual: String,
    /// What Suricata would do.
    pub consequence: String,
    /// What to do about it; empty where it is plain.
    pub remedy: String,
    /// How often this happened: the same rule, call, slot and thread. Pointers and the texts of
    /// panics may have been others each time; not so among the
    /// [`stray_reports`](crate::stray_reports).
    pub times: u64,
    /// What else makes it another report than those of the same call, slot and thread.
    pub(crate) subject: String,
}

impl Report {
    pub(crate) fn new(
        kind: ReportKind,
        call: impl Into<String>,
        thread: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            call: call.into(),
            slot: None,
            thread: thread.into(),
            plugin: None,
            expected: String::new(),
            actual: String::new(),
            consequence: String::new(),
            remedy: String::new(),
            times: 1,
            subject: String::new(),
        }
    }

    pub(crate) fn slot(mut self, slot: Option<String>) -> Self {
        self.slot = slot;
        self
    }

    /// Says what `text` is about, so that reports of others are others.
    pub(crate) fn subject(mut self, text: impl Into<String>) -> Self {
        self.subject = text.into();
        self
    }

    pub(crate) fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = text.into();
        self
    }

    pub(crate) fn actual(mut self, text: impl Into<String>) -> Self {
        self.actual = text.into();
        self
    }

    pub(crate) fn consequence(mut self, text: impl Into<String>) -> Self {
        self.consequence = text.into();
        self
    }

    /// Says whose code it is, before a remedy that depends on that.
    pub(crate) fn plugin(mut self, name: Option<&'static str>) -> Self {
        self.plugin = name;
        self
    }

    pub(crate) fn remedy(mut self, text: impl Into<String>) -> Self {
        self.remedy = text.into();
        self
    }

    /// What to do about it in the language of the plugin; in either one where that is not known. Each goes on after
    /// "In Rust," and "In C,".
    pub(crate) fn remedies(self, rust: &str, c: &str) -> Self {
        let language = self.plugin.and_then(language::of);
        self.remedy(language::choose(language, rust, c))
    }

    /// Whether it is the same misuse as `other`, on whichever thread.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.call == other.call
            && self.slot == other.slot
            && self.subject == other.subject
    }
}

impl fmt::Display for Report {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.call)?;
        if let Some(slot) = &self.slot {
            write!(f, " of slot {slot}")?;
        }
        write!(f, " on thread `{}`", self.thread)?;
        if let Some(plugin) = &self.plugin {
            write!(f, " in plugin `{plugin}`")?;
        }
        let Self {
            expected,
            actual,
            consequence,
            ..
        } = self;
        write!(f, ": expected {expected}, actually {actual}. {consequence}")?;
        if !self.remedy.is_empty() {
            write!(f, ". {}", self.remedy)?;
        }
        if self.times > 1 {
            write!(f, " ({} times)", self.times)?;
        }
        Ok(())
    }
}
