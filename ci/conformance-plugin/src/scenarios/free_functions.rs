//! What a free function finds in the storage while it runs, and what becomes of what it stores and frees.

use std::ffi::c_void;

use suricata_thread_sys::ThreadVars;

use super::{SlotCell, on_thread_init};
use crate::api::{self, Tv};
use crate::thread::{self, role};
use crate::transcript::{lines, of_thread};
use crate::value::ValueSlot;

const SCENARIO: &str = "free_functions";

static BEFORE: ValueSlot = ValueSlot::new();
static CURIOUS: SlotCell = SlotCell::new();
static AFTER: ValueSlot = ValueSlot::new();
static NEIGHBOUR: ValueSlot = ValueSlot::new();
static LATER: ValueSlot = ValueSlot::new();

/// What the curious free function stores in its own slot: only an address.
static STORED_BY_FREE: u8 = 0;

/// What the curious free function needs to look around.
struct Curious {
    tv: Tv,
    number: u32,
}

/// Registers the slots.
pub fn init() {
    BEFORE.register(c"conformance: free, before");
    CURIOUS.keep(api::register(
        Some(c"conformance: free, curious"),
        Some(look),
    ));
    AFTER.register(c"conformance: free, after");
    NEIGHBOUR.register(c"conformance: free, neighbour");
    LATER.register(c"conformance: free, later");
    on_thread_init(Some(created), 0);
}

unsafe extern "C" fn created(tv: *mut ThreadVars, _: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let number = thread::number(tv);
    let fill = || {
        BEFORE.set(tv, SCENARIO, "before");
        let curious = Box::new(Curious { tv, number });
        // SAFETY: made for `look`.
        unsafe { CURIOUS.slot().set(tv, Box::into_raw(curious).cast()) };
        AFTER.set(tv, SCENARIO, "after");
        NEIGHBOUR.set(tv, SCENARIO, "neighbour");
    };
    let say = |slot: &ValueSlot, name| {
        let label = slot.get(tv);
        of_thread(SCENARIO, number, format_args!("then {name}: {label}"));
    };

    of_thread(SCENARIO, number, format_args!("free by id"));
    fill();
    CURIOUS.slot().free(tv);
    let own = CURIOUS.slot().get(tv).is_null();
    of_thread(
        SCENARIO,
        number,
        format_args!("then its own is NULL: {own}"),
    );
    say(&BEFORE, "before");
    say(&LATER, "later");
    for slot in [&BEFORE, &AFTER, &NEIGHBOUR, &LATER] {
        slot.free(tv);
    }

    of_thread(SCENARIO, number, format_args!("with the thread"));
    fill();
}

/// Looks at its own slot and its neighbours; frees one, and fills one that comes later, an earlier one where that is
/// empty, and its own.
unsafe extern "C" fn look(curious: *mut c_void) {
    if curious.addr() == (&raw const STORED_BY_FREE).addr() {
        lines(
            SCENARIO,
            format_args!("free function: what it has stored itself"),
        );
        return;
    }
    // SAFETY: made in `created`, and freed once.
    let Curious { tv, number } = *unsafe { Box::from_raw(curious.cast::<Curious>()) };
    let say = |what: std::fmt::Arguments<'_>| {
        of_thread(SCENARIO, number, format_args!("look: {what}"));
    };
    say(format_args!("on {}", role()));
    say(match CURIOUS.slot().get(tv) {
        null if null.is_null() => format_args!("its own is NULL"),
        same if same == curious => format_args!("its own is the value that is being freed"),
        _ => format_args!("its own is another value"),
    });
    let before = BEFORE.get(tv);
    say(format_args!("before is {before}"));
    for (name, slot) in [
        ("after", &AFTER),
        ("neighbour", &NEIGHBOUR),
        ("later", &LATER),
    ] {
        say(format_args!("{name} is {}", slot.get(tv)));
    }

    NEIGHBOUR.free(tv);
    say(format_args!("freed, neighbour is {}", NEIGHBOUR.get(tv)));
    let result = LATER.set(tv, SCENARIO, "later");
    say(format_args!("set later: {result}"));
    if before == "NULL" {
        let result = BEFORE.set(tv, SCENARIO, "too late");
        say(format_args!("set before: {result}"));
    }
    let own = (&raw const STORED_BY_FREE).cast_mut().cast();
    // SAFETY: `look` knows it.
    let result = unsafe { CURIOUS.slot().set(tv, own) };
    say(format_args!("set its own: {result}"));
}
