//! The thread that something runs on, and the threads that the host creates.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, OnceLock};
use std::thread::{self, ThreadId};

use crate::api::Tv;

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
    // SAFETY: the buffer is as long as is said, which is the longest a name can be.
    let failed = unsafe {
        libc::pthread_getname_np(libc::pthread_self(), name.as_mut_ptr().cast(), name.len())
    };
    if failed == 0 && name.starts_with(b"W#") {
        Role::Worker
    } else {
        Role::Other
    }
}

static CREATED: Mutex<Option<Created>> = Mutex::new(None);

#[derive(Default)]
struct Created {
    count: u32,
    /// The number of each `ThreadVars`; addresses come again, and then mean the later one.
    numbers: HashMap<usize, u32>,
}

/// Counts a `ThreadVars` that is being created.
pub fn create(tv: Tv) -> u32 {
    let mut created = CREATED.lock().unwrap_or_else(|e| e.into_inner());
    let created = created.get_or_insert_default();
    created.count += 1;
    created.numbers.insert(tv.addr(), created.count);
    created.count
}

/// The number of a `ThreadVars`, in the order of creation from 1; 0 for one that no thread init callback was called
/// for.
pub fn number(tv: Tv) -> u32 {
    let created = CREATED.lock().unwrap_or_else(|e| e.into_inner());
    created
        .as_ref()
        .and_then(|created| created.numbers.get(&tv.addr()).copied())
        .unwrap_or(0)
}

/// The threads that something has happened on.
#[derive(Debug, Default)]
pub struct Seen(Mutex<Option<HashSet<u32>>>);

impl Seen {
    /// None yet.
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Adds a thread; whether it is new.
    pub fn add(&self, number: u32) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(|e| e.into_inner());
        seen.get_or_insert_default().insert(number)
    }
}
