//! What is measured side by side.

use crate::Result;
use crate::host::{Cases, Host};

/// A way to keep state for each thread.
#[derive(Debug)]
pub struct Contender {
    /// Its name in tables.
    pub name: &'static str,
    /// Its plugin file, without extension.
    pub file: &'static str,
    /// What it can't do.
    pub cannot: &'static str,
}

pub const OURS: Contender = Contender {
    name: "suricata-thread",
    file: "ours",
    cannot: "",
};

pub const RAW: Contender = Contender {
    name: "raw C API from Rust",
    file: "raw",
    cannot: "nothing; but types, lifetimes and panics are up to the author, in unsafe code",
};

pub const FFI: Contender = Contender {
    name: "suricata-ffi",
    file: "ffi",
    cannot: "contain panics (a panic in a callback ends the host), be handed a NULL `ThreadVars`, refuse to register \
        while the host walks its lists, run in Suricata 8.0",
};

pub const C: Contender = Contender {
    name: "raw C API from C",
    file: "c",
    cannot: "nothing; but nothing is checked",
};

/// All, in the order in which they are shown.
pub const ALL: [Contender; 8] = [
    OURS,
    RAW,
    FFI,
    C,
    Contender {
        name: "thread_local! with RefCell",
        file: "refcell",
        cannot: "be filled by the thread init callback, which runs on the thread that creates the new one; be read, \
            or summed up, by the main thread when the thread has ended",
    },
    Contender {
        name: "crate thread_local",
        file: "thread_local",
        cannot: "be filled by the thread init callback, for it knows a thread only from the inside; tell a thread that \
            has ended from one that lives: its value stays, and is handed to the next thread that gets its number",
    },
    Contender {
        name: "DashMap",
        file: "dashmap",
        cannot: "be filled by the thread init callback, where the new thread's id is not known yet; do without locks; \
            forget a thread that has ended: unix-socket mode makes new ones for each capture",
    },
    Contender {
        name: "Mutex<HashMap> of parking_lot",
        file: "mutex",
        cannot: "do what a `DashMap` can't, either; and its one lock is what all workers wait for",
    },
];

/// Instructions of each case of each contender, in the order of [`ALL`].
pub fn count_all(host: &Host) -> Result<Vec<Cases>> {
    ALL.iter().map(|contender| host.count(contender)).collect()
}

/// Nanoseconds of the same.
pub fn time_all(host: &Host, rounds: u32) -> Result<Vec<Cases>> {
    host.time(&ALL, rounds)
}

/// The figures of `contender` among those of all.
pub fn of<'a>(figures: &'a [Cases], contender: &Contender) -> &'a Cases {
    let position = ALL.iter().position(|known| known.file == contender.file);
    &figures[position.expect("one of all")]
}
