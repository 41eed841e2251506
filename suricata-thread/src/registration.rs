//! Lets the host's lists of callbacks and slots grow only while it runs a plugin's `init`: at other times it walks them,
//! without a lock.

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

/// The number of running plugin inits: at most one, except in tests with several hosts.
static RUNNING_INITS: AtomicUsize = AtomicUsize::new(0);

/// The hosts whose inits run now. Each registration holds the lock, so there is one at a time; beginning and ending an init
/// takes it too, so no registration outlasts the init.
static REGISTERING: Mutex<Vec<c_uint>> = Mutex::new(Vec::new());

// Two versions of this crate in one plugin would have a lock each. The linker refuses two labels of one name, and prints
// it. The label is in this module, which every plugin needs, and is retained ("R"), because mold first drops what nothing
// refers to.
#[cfg(not(target_vendor = "apple"))]
std::arch::global_asm!(
    ".pushsection .text.suricata_thread_once,\"axR\"",
    ".globl \"two versions of suricata-thread in one plugin; see cargo tree --duplicates\"",
    ".hidden \"two versions of suricata-thread in one plugin; see cargo tree --duplicates\"",
    "\"two versions of suricata-thread in one plugin; see cargo tree --duplicates\":",
    ".popsection",
);

thread_local! {
    /// What was refused last on this thread.
    static REFUSED: RefCell<Option<String>> = const { RefCell::new(None) };
}

pub(crate) fn note_refused(item: impl FnOnce() -> String) {
    let _ = REFUSED.try_with(|refused| refused.replace(Some(item())));
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
        // The lock orders this after all that was registered before on this thread.
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

/// The right to let the host's lists grow.
pub(crate) struct Registering {
    pub(crate) generation: Generation,
    _alone: MutexGuard<'static, Vec<c_uint>>,
}

impl Registering {
    pub(crate) fn begin() -> Result<Self, &'static str> {
        if host::is_absent() {
            return Err(NO_HOST);
        }
        // Before the lock: with `-D`, Suricata forks after the inits. If a thread of the plugin held the lock then, it
        // would stay locked in the child.
        if RUNNING_INITS.load(Relaxed) == 0 {
            return Err(OUTSIDE_INIT);
        }
        let alone = one_at_a_time();
        let generation = host::find_generation().map_err(Unsuitable::reason)?;
        if !alone.contains(&host::number()) {
            return Err(OUTSIDE_INIT);
        }
        // In a test, a callback may run while another thread runs the init; a real Suricata runs no init then.
        if host::is_inside_callback() {
            return Err(INSIDE_CALLBACK);
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
    fn an_init_begins_and_ends_only_while_nothing_is_registered() {
        // Time for the other thread to get that far. On a slow machine it may not, and the test checks less.
        const WAIT: Duration = Duration::from_millis(50);
        let (sender, receiver) = channel();
        let (end, ends) = channel();
        thread::scope(|scope| {
            let registration = one_at_a_time();
            scope.spawn(move || {
                // SAFETY: nothing registers here, so there is no host that would have to wait.
                let init = unsafe { Init::begin() };
                sender.send("begun").unwrap();
                ends.recv().unwrap();
                drop(init);
                sender.send("ended").unwrap();
            });
            assert!(receiver.recv_timeout(WAIT).is_err());
            drop(registration);
            assert_eq!(receiver.recv(), Ok("begun"));
            let registration = one_at_a_time();
            end.send(()).unwrap();
            assert!(receiver.recv_timeout(WAIT).is_err());
            drop(registration);
            assert_eq!(receiver.recv(), Ok("ended"));
        });
    }
}
