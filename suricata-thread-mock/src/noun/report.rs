//! Misuse of the C API that Suricata itself does not report.

use std::fmt;

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
    /// [`HostBuilder::shared_values`](crate::HostBuilder::shared_values) is on; or was freed while it was
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
    /// panics may have been others each time; not so among the [`stray_reports`](crate::stray_reports).
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
