use std::ffi::c_void;

use crate::host::functions;
use crate::{ThreadVars, callback, sys};

/// Registers `callback` to run once for each thread that the host creates from now on.
///
/// The callback runs before the thread starts, on the thread that *creates* it: the main thread, or in unix-socket mode
/// the unix manager. It runs for every kind of thread: packet readers, workers, flow managers, flow recyclers, and
/// those that the configuration adds. A panic in `callback` is [logged](crate#panics).
///
/// # Errors
///
/// Registers nothing, drops `callback` and returns an error if:
///
/// - the host is out of memory;
/// - no host is running the plugin's `init`, or the call comes from [inside a callback](crate#registering).
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
