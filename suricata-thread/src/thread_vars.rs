use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::sys;

/// Exclusive access to one host thread's `ThreadVars`, for the length of a callback.
///
/// A [`ThreadStorage`](crate::ThreadStorage) borrows the `ThreadVars` to read the thread's value, and borrows it
/// mutably to change the value. A `ThreadVars` can be neither kept nor sent to another thread: callbacks receive a
/// reference, and the type is neither [`Send`] nor [`Sync`].
///
/// ```compile_fail,E0521
/// # use suricata_thread::{register_init_callback, ThreadVars};
/// # use std::sync::Mutex;
/// static KEPT: Mutex<Option<&'static str>> = Mutex::new(None);
/// fn keep(_: &'static mut ThreadVars<'static>) {}
/// let _ = register_init_callback(|tv| keep(tv)); // a borrow of one call is not `'static`
/// ```
pub struct ThreadVars<'a> {
    ptr: NonNull<sys::ThreadVars>,
    _host_lends: PhantomData<&'a mut sys::ThreadVars>,
}

impl ThreadVars<'_> {
    /// Wraps the `ThreadVars` that the host passed to a raw callback, such as one registered through
    /// `suricata-sys`.
    ///
    /// Callbacks that are registered through this crate receive a `ThreadVars` already. The recipes have [an
    /// example](crate::recipes#in-a-plugin-with-another-entry-point).
    ///
    /// # Safety
    ///
    /// For the whole lifetime of the result:
    ///
    /// - `tv` is not null, and points to a `ThreadVars` that the host created after it had closed the storage
    ///   registration (so that it has room for every slot) and has not freed;
    /// - the `ThreadVars` belongs to the calling thread at this time: to the creating thread until the host starts the
    ///   new one, then to the new one;
    /// - the thread's storage is used through the result only: there is no second `ThreadVars<'_>` for the same `tv`,
    ///   and no call of the C storage API with it.
    ///
    /// In a callback, the first two hold for the `tv` that the host passed, unless it is null, until the callback
    /// returns.
    pub const unsafe fn from_ptr(tv: *mut sys::ThreadVars) -> Self {
        Self {
            // SAFETY: the caller promises that `tv` is not null.
            ptr: unsafe { NonNull::new_unchecked(tv) },
            _host_lends: PhantomData,
        }
    }

    /// Returns the host's pointer to the thread, to log it or to pass it to the host's C API.
    ///
    /// The pointer is never null. A C function that takes a `*mut` gets its `cast_mut()`.
    ///
    /// ```
    /// # use suricata_thread_mock as _;
    /// use suricata_thread::{SCLogInfo, register_init_callback};
    ///
    /// fn init() -> Result<(), &'static str> {
    ///     register_init_callback(|tv| SCLogInfo!("thread initialized: {:p}", tv.as_ptr()))
    /// }
    /// ```
    pub const fn as_ptr(&self) -> *const sys::ThreadVars {
        self.ptr.as_ptr()
    }

    pub(crate) const fn as_mut_ptr(&mut self) -> *mut sys::ThreadVars {
        self.ptr.as_ptr()
    }
}

impl fmt::Debug for ThreadVars<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ThreadVars").field(&self.ptr).finish()
    }
}
