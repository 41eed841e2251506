//! Misuse of the C API that Suricata itself does not report.

use std::fmt;

use crate::noun::language;

/// A kind of misuse, and its consequence in Suricata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportKind {
    /// A set replaced a value [without a get before](crate#replacing-values), or a free function
    /// stored a value in its own slot.
    ///
    /// Suricata leaks the value.
    ValueLost,
    /// A value was stored after the host had freed the slot for good, or, on a thread that is never
    /// freed, after the shutdown.
    ///
    /// [`Host::left_values`](crate::Host::left_values) returns values stored before the shutdown.
    ///
    /// Suricata leaks the value.
    ValueNeverFreed,
    /// Two slots hold the same pointer without
    /// [`HostBuilder::shared_values`](crate::HostBuilder::shared_values), or a free function frees
    /// its own value again or frees new values without end.
    ///
    /// Suricata calls the free function twice, or forever.
    ValueFreedTwice,
    /// A slot name's memory was reused for another name.
    ///
    /// Suricata keeps the pointer, so the first slot has the new name.
    NameChanged,
    /// A plugin took the name of a slot that Suricata registers later and needs: `threshold_cache`
    /// for threads, `tag` for flows.
    ///
    /// Suricata ends with an error at start-up.
    NameReserved,
    /// A slot id was used that the thread or flow does not have, such as another host's.
    ///
    /// Suricata reads or writes past the slots.
    UnknownSlot,
    /// Storage was used while slots could still be registered.
    ///
    /// Suricata's debug builds abort; in others, threads created by then have no room for slots.
    StorageNotFinalized,
    /// A `ThreadVars` was used after it was freed.
    ///
    /// Suricata reads or writes freed memory.
    ThreadVarsFreed,
    /// A `ThreadVars` was used that is NULL or that no host gave out.
    ///
    /// Suricata crashes, or uses other memory.
    ThreadVarsUnknown,
    /// A `Flow` was used that is NULL or not from this host.
    ///
    /// Suricata crashes, or uses other memory.
    FlowUnknown,
    /// A `Flow` was used after its end.
    ///
    /// Suricata uses the storage of the flow that is there now.
    FlowEnded,
    /// A `Flow` was used outside of its callbacks, or on another thread.
    ///
    /// Suricata locks the flow only in callbacks, so this is a data race.
    FlowNotLocked,
    /// `ThreadAllocStorageById` was called on a slot whose value had been stored by a set.
    ///
    /// Suricata returns that value, whatever its type.
    StoredThenAllocated,
    /// The alloc function of a slot used that slot.
    ///
    /// Suricata calls the alloc function without end.
    AllocRecursion,
    /// A `ThreadVars` was used on a thread that did not own it at that time.
    ///
    /// Suricata has no lock for it, so this is a data race.
    WrongThread,
    /// Two threads registered something at the same time.
    ///
    /// Suricata has no lock for its lists: it loses a registration, or crashes.
    ConcurrentRegistration,
    /// A callback registered something.
    ///
    /// Suricata changes the list that it is iterating over, and refuses slots.
    RegistrationInCallback,
    /// A callback was registered after threads had been created.
    ///
    /// Suricata runs a thread init callback for later threads only; its list of flow callbacks may
    /// be in use.
    LateRegistration,
    /// NULL was registered as a callback.
    ///
    /// Suricata accepts it, and crashes at the call.
    NullCallback,
    /// A panic left a function that the host called.
    ///
    /// Suricata crashes, or continues with corrupt memory.
    PanicAtBoundary,
    /// A C function was called on a thread without a host, or whose host has ended.
    ///
    /// After Suricata's end, the log level is 0, and `SCLogMessage` loses the line and returns 0.
    NoHost,
    /// Plugin code called a function that only the host may call.
    ///
    /// Suricata loses registrations, or frees storage in use.
    HostFunction,
    /// A function was called that the host's generation lacks.
    ///
    /// Suricata refuses the plugin, or leaves a weak reference NULL.
    OtherGeneration,
    /// Plugin code dropped a host, or called a [method that drives one](crate::Host#panics).
    ///
    /// Suricata has no such methods.
    DrivenFromPlugin,
}

/// A misuse of the C API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The kind of misuse.
    pub kind: ReportKind,
    /// The function called, or the callback that ran.
    pub call: String,
    /// The name and id of the slot, if any.
    pub slot: Option<String>,
    /// The thread that owns the slot or made the call.
    pub thread: String,
    /// The plugin that registered the slot or whose code ran, if known.
    pub plugin: Option<&'static str>,
    /// The expected use.
    pub expected: String,
    /// The actual use, the first time.
    pub actual: String,
    /// The consequence in Suricata.
    pub consequence: String,
    /// The remedy; empty if it is obvious.
    pub remedy: String,
    /// The number of times that this misuse happened.
    ///
    /// Misuse that differs only in pointers or panic messages counts as the same, except in
    /// [`stray_reports`](crate::stray_reports). So does all of
    /// [`OtherGeneration`](ReportKind::OtherGeneration).
    pub times: u64,
    /// Tells reports of the same call, slot and thread apart.
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

    /// Sets the plugin, whose language decides later [`remedies`](Self::remedies).
    pub(crate) fn plugin(mut self, name: Option<&'static str>) -> Self {
        self.plugin = name;
        self
    }

    pub(crate) fn remedy(mut self, text: impl Into<String>) -> Self {
        self.remedy = text.into();
        self
    }

    /// Sets the remedy of the plugin's language, or both. The texts continue "In Rust," and "In
    /// C,".
    pub(crate) fn remedies(self, rust: &str, c: &str) -> Self {
        let language = self.plugin.and_then(language::find);
        self.remedy(language::choose(language, rust, c))
    }

    /// Compares all but the threads.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.call == other.call
            && self.slot == other.slot
            && self.subject == other.subject
    }
}

impl fmt::Display for Report {
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
