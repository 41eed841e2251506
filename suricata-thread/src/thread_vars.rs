use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::sys;

/// Exclusive access to one host thread's `ThreadVars`, for the length of a callback.
///
/// A shared borrow gives access to read the thread's values in each [`ThreadStorage`](crate::ThreadStorage), a
/// mutable borrow to change them. It can be neither kept nor sent to another thread: callbacks receive it by
/// reference, and it is neither [`Send`] nor [`Sync`].
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
    /// The callbacks of this crate do this by themselves.
    /// [An example](crate::recipes#in-a-plugin-with-another-entry-point) is among the recipes.
    ///
    /// # Safety
    ///
    /// For the whole lifetime of the result:
    ///
    /// - `tv` is not null and points to a `ThreadVars` that the host made after it had closed the
    ///   storage registration, so that its array has room for every slot, and has not freed;
    /// - the calling thread is the one that this `ThreadVars` belongs to at this time: the creating
    ///   thread until the host starts the new one, from then on the thread itself;
    /// - the result is the only way in which the thread's storage is used: there is no second
    ///   `ThreadVars<'_>` for the same `tv`, and no call of the C storage API with it.
    ///
    /// A callback that is given `tv` by the host and uses the result only until it returns keeps all
    /// three.
    pub const unsafe fn from_ptr(tv: *mut sys::ThreadVars) -> Self {
        Self {
            // SAFETY: the caller promises that `tv` is not null.
            ptr: unsafe { NonNull::new_unchecked(tv) },
            _host_lends: PhantomData,
        }
    }

    /// Returns the host's pointer, to name the thread in a log line or to pass to the host's C API.
    ///
    /// The pointer is never null.
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
