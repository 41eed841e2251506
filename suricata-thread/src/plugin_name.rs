//! The plugin's name, which the library's own lines begin with.

use std::ptr;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

// No `OnceLock`: that is half a kilobyte more in every plugin file.
static NAME: AtomicPtr<&'static str> = AtomicPtr::new(ptr::null_mut());

/// The name of the plugin in this file, which [`set`] was given first.
pub(crate) fn get() -> &'static str {
    // SAFETY: null, or the leaked box of `set`.
    let name = unsafe { NAME.load(Acquire).as_ref() };
    name.copied().unwrap_or("without a name")
}

/// Sets the name, if none was set.
pub(crate) fn set(name: &'static str) {
    if NAME.load(Relaxed).is_null() {
        let name = Box::into_raw(Box::new(name));
        if NAME
            .compare_exchange(ptr::null_mut(), name, AcqRel, Relaxed)
            .is_err()
        {
            // SAFETY: boxed above, and not stored.
            drop(unsafe { Box::from_raw(name) });
        }
    }
}
