//! Reports and log lines that are read without a lock: in a signal handler, or while plugin code
//! holds a lock.

use std::fmt::Display;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use parking_lot::Mutex;

use crate::noun::stderr;

struct Entry {
    text: String,
    next: AtomicPtr<Entry>,
}

/// A list that only grows: adding takes a lock, reading none.
#[derive(Default)]
pub(crate) struct Journal {
    first: AtomicPtr<Entry>,
    last: Mutex<Last>,
    is_written: AtomicBool,
}

struct Last(*mut Entry);

impl Default for Last {
    fn default() -> Self {
        Self(null_mut())
    }
}

// SAFETY: the entry belongs to the journal, whose rules hold on any thread.
unsafe impl Send for Last {}

impl Journal {
    pub(crate) fn add(&self, kind: &str, text: &impl Display) {
        let entry = Box::into_raw(Box::new(Entry {
            text: format!("suricata-thread-mock: {kind}: {text}\n"),
            next: AtomicPtr::new(null_mut()),
        }));
        let mut last = self.last.lock();
        // SAFETY: NULL or an entry of this list, which is freed with the list.
        let next = unsafe { last.0.as_ref() }.map_or(&self.first, |last| &last.next);
        next.store(entry, Ordering::Release);
        last.0 = entry;
    }

    /// Writes the lines to stderr once, since an abort may follow a fault. Takes no lock and no
    /// memory.
    pub(crate) fn write(&self) {
        if self.is_written.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut at = self.first.load(Ordering::Acquire);
        // SAFETY: as in `add`.
        while let Some(entry) = unsafe { at.as_ref() } {
            stderr::write(&[&entry.text]);
            at = entry.next.load(Ordering::Acquire);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let mut at = *self.first.get_mut();
        while !at.is_null() {
            // SAFETY: made by `Box::into_raw`; nobody else has the list any more.
            let entry = unsafe { Box::from_raw(at) };
            at = entry.next.into_inner();
        }
    }
}
