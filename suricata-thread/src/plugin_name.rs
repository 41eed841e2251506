//! The plugin's name, for the library's own lines.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

// A `OnceLock` would be half a kilobyte more in every plugin file.
static FIRST: AtomicPtr<&'static str> = AtomicPtr::new(ptr::null_mut());

thread_local! {
    /// The plugin whose init ran last on this thread.
    static LATEST: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Returns the name of the plugin whose init ran last on this thread, or else of the first plugin. They differ if several
/// plugins are linked into one file, as in a test.
pub(crate) fn get() -> &'static str {
    if let Ok(Some(name)) = LATEST.try_with(Cell::get) {
        return name;
    }
    // SAFETY: null, or the leaked box of `set`.
    let name = unsafe { FIRST.load(Acquire).as_ref() };
    name.copied().unwrap_or("without a name")
}

/// Sets the name for this thread, and for the process if none was set.
pub(crate) fn set(name: &'static str) {
    let _ = LATEST.try_with(|latest| latest.set(Some(name)));
    if !FIRST.load(Relaxed).is_null() {
        return;
    }
    let name = Box::into_raw(Box::new(name));
    let set = FIRST.compare_exchange(ptr::null_mut(), name, AcqRel, Relaxed);
    if set.is_err() {
        // SAFETY: boxed above, and not stored.
        drop(unsafe { Box::from_raw(name) });
    }
}
