//! Every thread that the host creates gets its callback; in which order threads are created and taken
//! down, and their slots freed.

use std::collections::HashMap;
use std::ffi::c_void;
use std::fmt;
use std::sync::{Mutex, OnceLock};
use std::thread::{self, ThreadId};

use super::api::{self, Slot, Tv, on_thread_init};
use super::say;

const SCENARIO: &str = "threads";

static MAIN: OnceLock<ThreadId> = OnceLock::new();

/// The current thread is the one that runs `Init`.
pub fn this_is_main() {
    MAIN.get_or_init(|| thread::current().id());
}

/// What a thread is to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The one that loaded the plugins.
    Main,
    /// One that handles packets of flows.
    Worker,
    /// Any other.
    Other,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Main => "main",
            Self::Worker => "worker",
            Self::Other => "other",
        })
    }
}

/// The role of the current thread, which hosts tell by its name.
pub fn role() -> Role {
    if MAIN.get() == Some(&thread::current().id()) {
        return Role::Main;
    }
    let mut name = [0; 16];
    // SAFETY: takes a buffer of 16 bytes.
    let named = unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) } == 0;
    if named && name.starts_with(b"W#") {
        Role::Worker
    } else {
        Role::Other
    }
}

/// How many there were, and the number of each; addresses come again, and then mean the later one.
static CREATED: Mutex<Option<(u32, HashMap<usize, u32>)>> = Mutex::new(None);

/// The number of a `ThreadVars`, in the order of creation from 1; 0 for one that no thread init
/// callback was called for.
pub fn number(tv: Tv) -> u32 {
    let created = CREATED.lock().expect("no panic");
    let number = created
        .as_ref()
        .and_then(|(_, numbers)| numbers.get(&tv.0.addr()));
    number.copied().unwrap_or(0)
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
    // The order in which slots are freed is that of their ids, not that in which they were set.
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
            say!(
                Thread(number(tv)),
                "set the one {} on {}",
                labels[at],
                role()
            );
            slots[at].put(tv, SCENARIO, labels[at]);
        }
    });
}

unsafe extern "C" fn free(number: *mut c_void) {
    // SAFETY: made in `init`, and freed once.
    let number = unsafe { Box::from_raw(number.cast::<u32>()) };
    say!(Sequence, "ThreadVars {number} freed on {}", role());
}
