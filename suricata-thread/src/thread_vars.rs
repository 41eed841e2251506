use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::sys;

/// Exclusive access to one host thread's `ThreadVars`, for the length of a callback.
///
/// This is the key to every [`ThreadStorage`](crate::ThreadStorage): a shared borrow of it reads
/// the thread's values, a mutable borrow changes them. The host lends it to a callback and takes it
/// back when the callback returns, so it can be neither kept nor sent elsewhere: it is neither
/// [`Send`] nor [`Sync`], and callbacks receive it by reference.
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
    /// Wraps the `ThreadVars` that a raw host callback was given.
    ///
    /// The callbacks of this crate do this for you. It is the bridge for everything else that the
    /// host hands a `ThreadVars *` to: a callback registered through `suricata-sys`, or one written
    /// in C.
    ///
    /// # Safety
    ///
    /// For the whole of the lifetime that the result is given:
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
    ///
    /// ```
    /// use std::ffi::c_void;
    /// use std::sync::OnceLock;
    ///
    /// use suricata_thread::{SCLogNotice, ThreadStorage, ThreadVars, sys};
    ///
    /// static FLOWS: OnceLock<ThreadStorage<u64>> = OnceLock::new(); // set by the plugin's init
    ///
    /// /// A flow init callback, registered by other means.
    /// unsafe extern "C" fn on_flow(
    ///     tv: *mut sys::ThreadVars,
    ///     _flow: *mut sys::Flow,
    ///     _packet: *const sys::Packet,
    ///     _user: *mut c_void,
    /// ) {
    ///     let Some(flows) = FLOWS.get() else { return };
    ///     if tv.is_null() {
    ///         return; // so in Suricata's own unit tests
    ///     }
    ///     // SAFETY: not null, so the host passes the calling thread's own, made after storage
    ///     // registration has closed, and nothing else uses it until this returns.
    ///     let tv = unsafe { ThreadVars::from_ptr(tv) };
    ///     SCLogNotice!("my-plugin: flows so far: {:?}", flows.get(&tv));
    /// }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # let init = || FLOWS.set(ThreadStorage::register("my-plugin")?).map_err(|_| "set before");
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # // SAFETY: the callback stays, and ignores its user pointer.
    /// # unsafe { sys::common::SCFlowRegisterInitCallback(Some(on_flow), std::ptr::null_mut()) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # let said = host.log().pop().unwrap().message;
    /// # assert_eq!(said, "my-plugin: flows so far: None");
    /// ```
    pub const unsafe fn from_ptr(tv: *mut sys::ThreadVars) -> Self {
        Self {
            // SAFETY: the caller promises that `tv` is not null.
            ptr: unsafe { NonNull::new_unchecked(tv) },
            _host_lends: PhantomData,
        }
    }

    /// The host's pointer, to name the thread in a log line or to pass to the host's C API.
    ///
    /// The pointer is never null. It says nothing about lifetimes: what is done with it is up to the
    /// unsafe code that does it.
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
