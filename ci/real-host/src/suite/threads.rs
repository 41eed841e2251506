//! The thread init callbacks of all threads, and the order in which threads are created and taken down,
//! and their slots freed.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Mutex, OnceLock};
use std::thread::{self, ThreadId};

use super::api::{self, Slot, Tv, on_thread_init};
use super::say;

const SCENARIO: &str = "threads";

static MAIN: OnceLock<ThreadId> = OnceLock::new();

/// Notes that the current thread runs `Init`.
pub fn this_is_main() {
    MAIN.get_or_init(|| thread::current().id());
}

/// Returns the role of the current thread: `main` loads the plugins, and the name of a `worker` begins with `W#`.
pub fn role() -> &'static str {
    if MAIN.get() == Some(&thread::current().id()) {
        return "main";
    }
    let mut name = [0; 16];
    // SAFETY: takes a buffer of 16 bytes.
    let named = unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) } == 0;
    if named && name.starts_with(b"W#") {
        "worker"
    } else {
        "other"
    }
}

/// The number of threads so far, and their numbers by address. A reused address means the later thread.
static CREATED: Mutex<Option<(u32, HashMap<usize, u32>)>> = Mutex::new(None);

/// Returns the number of a `ThreadVars`, in the order of creation from 1; 0 if no thread init callback
/// has run for it.
pub fn number(tv: Tv) -> u32 {
    let created = CREATED.lock().expect("no panic");
    let number = |(_, numbers): &(u32, HashMap<_, _>)| numbers.get(&tv.0.addr()).copied();
    created.as_ref().and_then(number).unwrap_or(0)
}

pub(super) fn init() {
    say!(Sequence, "Init on {}", role());
    let slot = api::register(Some(c"conformance: threads"), Some(free)).expect("a slot");
    on_thread_init(move |tv| {
        let number = {
            let mut created = CREATED.lock().expect("no panic");
            let (count, numbers) = created.get_or_insert_default();
            *count += 1;
            numbers.insert(tv.0.addr(), *count);
            *count
        };
        say!(Sequence, "ThreadVars {number} created on {}", role());
        slot.set(tv, Box::into_raw(Box::new(number)).cast());
    });
    // Shows that slots are freed in the order of their ids, not in that of their values.
    let order = [
        c"conformance: order 4",
        c"conformance: order 2",
        c"conformance: order 3, which stays empty",
        c"conformance: order 1",
    ];
    let slots = order.map(Slot::of_values);
    let labels = ["registered first", "second", "third", "fourth"];
    on_thread_init(move |tv| {
        for at in [3, 0, 1] {
            let (label, role) = (labels[at], role());
            say!(Thread(number(tv)), "set the one {label} on {role}");
            slots[at].put(tv, SCENARIO, label);
        }
    });
}

unsafe extern "C" fn free(number: *mut c_void) {
    // SAFETY: made in `init`, and freed once.
    let number = unsafe { Box::from_raw(number.cast::<u32>()) };
    say!(Sequence, "ThreadVars {number} freed on {}", role());
}
