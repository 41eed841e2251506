use std::error::Error;
use std::fmt;

pub(crate) const REFUSED_SET: &str = "thread storage: the host refused to store the value";

/// The host refused to store a value: here it is again.
///
/// Converts to the `&'static str` that the other methods return, so `?` works on both.
pub struct SetError<T> {
    value: T,
}

impl<T> SetError<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { value }
    }

    /// The value that was not stored.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars, SCLogError};
    /// # use suricata_thread_mock as _;
    /// fn keep(names: ThreadStorage<String>, tv: &mut ThreadVars, name: String) -> Option<String> {
    ///     names.replace(tv, name).err().map(|refused| refused.into_value())
    /// }
    /// ```
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> fmt::Debug for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REFUSED_SET)
    }
}

impl<T> Error for SetError<T> {}

impl<T> From<SetError<T>> for &'static str {
    fn from(_: SetError<T>) -> Self {
        REFUSED_SET
    }
}
