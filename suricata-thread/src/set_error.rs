use std::error::Error;
use std::fmt;

pub(crate) const REFUSED: &str = "the host refused to store the value";

/// The error of [`get_or_try_insert_with`](crate::ThreadStorage::get_or_try_insert_with).
///
/// It implements [`Error`] even if the closure's error is a `&str` or a `String`, so that `?` converts it into `Box<dyn
/// Error + Send + Sync>` and `anyhow::Error`. For the same reason, its [`source`](Error::source) is always `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InsertError<E> {
    /// The closure returned this error.
    Closure(E),
    /// The host refused to store the value, which was dropped.
    Refused,
}

impl<E: fmt::Display> fmt::Display for InsertError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closure(error) => error.fmt(f),
            Self::Refused => f.write_str(REFUSED),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for InsertError<E> {}

impl<E: Into<&'static str>> From<InsertError<E>> for &'static str {
    fn from(error: InsertError<E>) -> Self {
        match error {
            InsertError::Closure(error) => error.into(),
            InsertError::Refused => REFUSED,
        }
    }
}

/// The error of [`replace`](crate::ThreadStorage::replace), with the value that the host refused to store.
///
/// The `?` operator converts it into the `&'static str` that other methods return.
pub struct SetError<T> {
    value: T,
}

impl<T> SetError<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { value }
    }

    /// Returns the value that was not stored.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> fmt::Debug for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Seen where somebody unwraps: `T` need not be `Debug`.
        write!(f, "SetError({REFUSED:?})")
    }
}

impl<T> fmt::Display for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REFUSED)
    }
}

impl<T> Error for SetError<T> {}

impl<T> From<SetError<T>> for &'static str {
    fn from(_: SetError<T>) -> Self {
        REFUSED
    }
}
