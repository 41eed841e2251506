use std::ffi::c_void;

use crate::host::functions;
use crate::{ThreadVars, callback, sys};

/// Has the host call `callback` once for each thread that it creates from now on.
///
/// Callbacks run in the order in which they were registered. Each call comes on the thread that
/// *creates* the new one (the main thread; in unix-socket mode the unix manager), before the new one
/// starts, and for every kind of thread: packet readers, workers, flow managers and recyclers, more
/// by configuration. There is no callback for the end of a thread; a stored value's [`Drop`] serves
/// as one.
///
/// The callback is kept for the life of the process. Call this while the plugin's `init` runs.
///
/// # Errors
///
/// - the host refused the callback, since it is out of memory;
/// - the plugin's `init` is not running, or the call comes from inside a callback: see
///   [the crate's notes](crate#registering).
///
/// On an error nothing is registered, and `callback` is dropped.
///
/// # Panics
///
/// A panic in `callback` is logged at error level and goes no further; the host and the other
/// callbacks go on. See [the crate's notes](crate#panics).
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{self as thread, SCLogNotice};
///
/// fn init() -> Result<(), &'static str> {
///     thread::register_init_callback(|tv| SCLogNotice!("a thread begins: {:p}", tv.as_ptr()))
/// }
/// ```
pub fn register_init_callback<F>(callback: F) -> Result<(), &'static str>
where
    F: Fn(&mut ThreadVars<'_>) + Send + Sync + 'static,
{
    // SAFETY: `trampoline::<F>` takes what the host passes (H2).
    unsafe {
        callback::register(
            "thread init callback",
            callback,
            functions::SCThreadRegisterInitCallback,
            Some(trampoline::<F>),
        )
    }
}

unsafe extern "C" fn trampoline<F>(tv: *mut sys::ThreadVars, user: *mut c_void)
where
    F: Fn(&mut ThreadVars<'_>),
{
    let run = move |callback: &F, tv: &mut ThreadVars<'_>| callback(tv);
    // SAFETY: both come from the host (H2).
    unsafe { callback::call(tv, user, run) }
}
