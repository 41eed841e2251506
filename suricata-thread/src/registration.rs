//! When the host's lists may grow, and by whom.
//!
//! The host walks its lists of callbacks and slots without a lock, so they may only grow while it is
//! certain that it does not walk them: while it runs the plugin's `init`.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

const OUTSIDE_INIT: &str = "registering is possible only while the plugin's init runs, since the \
    host walks its lists without a lock afterwards; register from the init given to plugin!, or \
    inside suricata_thread::plugin::run_init";
const INSIDE_CALLBACK: &str = "registering from inside a callback is not possible, since the host \
    would walk a growing list; register from the plugin's init";

/// How many plugin inits run now. Its lock is the one that all registrations go through. (More than
/// one runs only where tests run hosts side by side.)
static RUNNING_INITS: Mutex<usize> = Mutex::new(0);

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

fn running_inits() -> MutexGuard<'static, usize> {
    RUNNING_INITS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registering is possible while this lives.
pub(crate) struct Init(());

impl Init {
    /// # Safety
    ///
    /// While the result lives, the host is waiting for the plugin's init to return.
    pub(crate) unsafe fn begin() -> Self {
        *running_inits() += 1;
        Self(())
    }
}

impl Drop for Init {
    fn drop(&mut self) {
        *running_inits() -= 1;
    }
}

/// Marks the calling thread as being inside a callback, where registering is refused, while it
/// lives.
pub(crate) struct InsideCallback {
    before: bool,
}

impl InsideCallback {
    pub(crate) fn enter() -> Self {
        Self {
            before: INSIDE.replace(true),
        }
    }
}

impl Drop for InsideCallback {
    fn drop(&mut self) {
        INSIDE.set(self.before);
    }
}

/// Runs one call of the host's registration API, where it may be called at all, and one at a time.
pub(crate) fn registering<R>(register: impl FnOnce() -> R) -> Result<R, &'static str> {
    if INSIDE.get() {
        return Err(INSIDE_CALLBACK);
    }
    let running = running_inits();
    if *running == 0 {
        return Err(OUTSIDE_INIT);
    }
    Ok(register())
}
