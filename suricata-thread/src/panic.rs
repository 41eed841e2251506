//! Where panics end: every call from the host into Rust goes through here.
//!
//! A sensor must keep its pace, so the lines on panics are bounded, and a flow callback that always panics is not called
//! for a while: in Suricata as Debian ships it, a panic takes 70 to 85 µs before any line is written.

use std::any::Any;
use std::mem::MaybeUninit;
use std::panic::{self, AssertUnwindSafe};

use crate::hook::{Panic, take_panic, text};
use crate::host_thread;
use crate::record::{Note, Record, now};
use crate::text::shortened;

/// Runs `f`. Counts a panic in `record`, and logs it within bounds.
#[inline]
pub(crate) fn contain(record: &'static Record, f: impl FnOnce()) {
    contain_by(end, record, f);
}

/// Runs a flow callback like [`contain`], and lets it rest if it panics too often.
#[inline]
pub(crate) fn contain_and_slow_down(record: &'static Record, f: impl FnOnce()) {
    contain_by(end_and_slow_down, record, f);
}

/// Runs `f` like [`contain`], for code that runs once.
pub(crate) fn contain_once(record: &Record, f: impl FnOnce()) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) {
        log(record, payload);
    }
}

#[inline]
fn contain_by(
    end: fn(&'static Record, Box<dyn Any + Send>),
    record: &'static Record,
    f: impl FnOnce(),
) {
    // On the stack, which costs one instruction. A register would have to be saved and restored.
    let mut kept = MaybeUninit::<&'static Record>::uninit();
    // SAFETY: a local variable.
    unsafe { kept.as_mut_ptr().write_volatile(record) };
    // Not `UnwindSafe`: the host calls the callback again anyway, with the state that the panic left behind.
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) {
        // SAFETY: written above.
        end(unsafe { kept.as_ptr().read_volatile() }, payload);
    }
}

#[cold]
fn end_and_slow_down(record: &'static Record, payload: Box<dyn Any + Send>) {
    end(record, payload);
    record.slow_down(now());
}

#[cold]
fn end(record: &'static Record, payload: Box<dyn Any + Send>) {
    if log(record, payload).is_none() {
        record.tell_at_the_end();
    }
}

/// Counts a panic. If it is worth a line, logs it and returns the count.
fn log(record: &Record, payload: Box<dyn Any + Send>) -> Option<u64> {
    // The host called what panicked.
    host_thread::mark();
    let times = record.count_panic();
    log_payload(record, "panicked", &*payload, times);
    // The payload's destructor may panic as well. Only a text that comes out of that is dropped: another payload could
    // panic again, for ever.
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        let event = "panicked again, dropping the panic's payload";
        log_payload(record, event, &*again, times);
        if text(&*again).is_none() {
            std::mem::forget(again);
        }
    }
    times
}

/// Logs a panic if it is worth a line, the one with the count `times`.
fn log_payload(record: &Record, event: &str, payload: &(dyn Any + Send), times: Option<u64>) {
    // Even without a line, the hook has to know that the panic was contained.
    let place = take_panic(payload).map_or(String::from("an unknown place"), Panic::into_place);
    let Some(times) = times else { return };
    let message = text(payload).unwrap_or("a payload that is no text");
    // To leave room for what comes after it.
    let message = shortened(8_000, format_args!("{message}"));
    let note = Note(times);
    record.log(format_args!(" {event}: {message} (at {place}){note}"));
}
