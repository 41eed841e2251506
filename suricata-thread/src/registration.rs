//! When the host's lists may grow, and by whom.
//!
//! The host walks its lists of callbacks and slots without a lock, so they may only grow while it is
//! certain that it does not walk them: while it runs the plugin's `init`.

use std::cell::RefCell;
use std::ffi::c_uint;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::host::{self, NO_HOST, Unsuitable};
use crate::sys::Generation;

const OUTSIDE_INIT: &str = "registering is possible only while the plugin's init runs, since the \
    host walks its lists without a lock afterwards; register from the init given to plugin!, or \
    inside suricata_thread::plugin::run_init";
const INSIDE_CALLBACK: &str = "registering from inside a callback is not possible, since the host \
    would walk a growing list; register from the plugin's init";

/// How many plugin inits run now. (More than one runs only where tests run hosts side by side.)
static RUNNING_INITS: AtomicUsize = AtomicUsize::new(0);

/// The hosts whose inits run now. Locked by each registration, so that there is one at a time, and where an init begins
/// and ends, so that none runs before or after it.
static REGISTERING: Mutex<Vec<c_uint>> = Mutex::new(Vec::new());

// Two versions of this crate in one plugin would have a lock each. The linker refuses two labels of one name, and says
// the name. It stands in this module, without which no plugin is linked, and is retained ("R"): mold first drops what
// nothing refers to.
#[cfg(not(target_vendor = "apple"))]
std::arch::global_asm!(
    ".pushsection .text.suricata_thread_once,\"axR\"",
    ".globl \"two versions of suricata-thread in one plugin; see cargo tree --duplicates\"",
    ".hidden \"two versions of suricata-thread in one plugin; see cargo tree --duplicates\"",
    "\"two versions of suricata-thread in one plugin; see cargo tree --duplicates\":",
    ".popsection",
);

thread_local! {
    /// What the host, or this crate, has refused to register last, on this thread.
    static REFUSED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes that something was not registered.
pub(crate) fn note_refused(what: impl FnOnce() -> String) {
    let _ = REFUSED.try_with(|refused| refused.replace(Some(what())));
}

/// Returns what was noted last, and forgets it.
pub(crate) fn forget_refused() -> Option<String> {
    REFUSED.try_with(RefCell::take).ok().flatten()
}

fn one_at_a_time() -> MutexGuard<'static, Vec<c_uint>> {
    REGISTERING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registering with this host is possible while this lives.
pub(crate) struct Init(c_uint);

impl Init {
    /// # Safety
    ///
    /// While the result lives, the host is waiting for the plugin's init to return.
    pub(crate) unsafe fn begin() -> Self {
        // With the lock, so that whoever registers from now on comes after all that the host and its
        // other plugins have registered before on this thread.
        let host = host::number();
        one_at_a_time().push(host);
        RUNNING_INITS.fetch_add(1, Relaxed);
        Self(host)
    }
}

impl Drop for Init {
    fn drop(&mut self) {
        let mut running = one_at_a_time();
        if let Some(at) = running.iter().position(|host| *host == self.0) {
            running.swap_remove(at);
        }
        RUNNING_INITS.fetch_sub(1, Relaxed);
    }
}

/// The host's lists may grow, by the one who holds this.
pub(crate) struct Registering {
    /// Of the host that registers.
    pub(crate) generation: Generation,
    _alone: MutexGuard<'static, Vec<c_uint>>,
}

impl Registering {
    /// Waits until nobody else registers; an error where the host's API for it may not be called.
    pub(crate) fn begin() -> Result<Self, &'static str> {
        if host::is_absent() {
            return Err(NO_HOST);
        }
        // Before the lock as well: with `-D`, Suricata forks after the inits, perhaps while a thread of the
        // plugin's has it, and then nobody in the child would ever let go of it.
        if RUNNING_INITS.load(Relaxed) == 0 {
            return Err(OUTSIDE_INIT);
        }
        let alone = one_at_a_time();
        let generation = host::find_generation().map_err(Unsuitable::why)?;
        // Of another host than the one whose init runs: a real Suricata is alone, and runs no init while it
        // calls back.
        if host::is_inside_callback() {
            return Err(INSIDE_CALLBACK);
        }
        if !alone.contains(&host::number()) {
            return Err(OUTSIDE_INIT);
        }
        Ok(Self {
            generation,
            _alone: alone,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use super::{Init, one_at_a_time};

    #[test]
    fn an_init_begins_and_ends_when_no_registration_is_under_way() {
        // On a slow machine the other thread may not even have come as far as that.
        const WAIT: Duration = Duration::from_millis(50);
        let (tell, told) = channel();
        let (end, ends) = channel();
        thread::scope(|scope| {
            let registration = one_at_a_time();
            scope.spawn(move || {
                // SAFETY: nothing registers here, so there is no host that would have to wait.
                let init = unsafe { Init::begin() };
                tell.send("begun").unwrap();
                ends.recv().unwrap();
                drop(init);
                tell.send("ended").unwrap();
            });
            assert!(told.recv_timeout(WAIT).is_err());
            drop(registration);
            assert_eq!(told.recv(), Ok("begun"));
            let registration = one_at_a_time();
            end.send(()).unwrap();
            assert!(told.recv_timeout(WAIT).is_err());
            drop(registration);
            assert_eq!(told.recv(), Ok("ended"));
        });
    }
}
