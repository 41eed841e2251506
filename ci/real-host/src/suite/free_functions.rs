//! What a free function finds in the storage while it runs, and what becomes of what it stores and
//! frees.

use std::ffi::c_void;

use super::api::{self, Slot, Tv, on_thread_init};
use super::{role, say, threads};

const SCENARIO: &str = "free_functions";

/// What the curious free function stores in its own slot: only an address.
static STORED_BY_FREE: u8 = 0;

#[derive(Clone, Copy)]
struct Slots {
    before: Slot,
    own: Slot,
    after: Slot,
    neighbour: Slot,
    later: Slot,
}

/// What the curious free function needs to look around.
struct Curious {
    tv: Tv,
    number: u32,
    slots: Slots,
}

pub(super) fn init() {
    let slots = Slots {
        before: Slot::of_values(c"conformance: free, before"),
        own: api::register(Some(c"conformance: free, curious"), Some(look)).expect("a slot"),
        after: Slot::of_values(c"conformance: free, after"),
        neighbour: Slot::of_values(c"conformance: free, neighbour"),
        later: Slot::of_values(c"conformance: free, later"),
    };
    let Slots {
        before,
        own,
        after,
        neighbour,
        later,
    } = slots;
    on_thread_init(move |tv| {
        let number = threads::number(tv);
        let fill = || {
            before.put(tv, SCENARIO, "before");
            let curious = Box::new(Curious { tv, number, slots });
            own.set(tv, Box::into_raw(curious).cast());
            after.put(tv, SCENARIO, "after");
            neighbour.put(tv, SCENARIO, "neighbour");
        };
        say!(Thread(number), "free by id");
        fill();
        own.free(tv);
        say!(
            Thread(number),
            "then its own is NULL: {}",
            own.get(tv).is_null()
        );
        say!(Thread(number), "then before: {}", before.label(tv));
        say!(Thread(number), "then later: {}", later.label(tv));
        for slot in [before, after, neighbour, later] {
            slot.free(tv);
        }
        say!(Thread(number), "with the thread");
        fill();
    });
}

/// Looks at its own slot and its neighbours; frees one, and fills one that comes later, an earlier one
/// where that is empty, and its own.
unsafe extern "C" fn look(curious: *mut c_void) {
    if curious.addr() == (&raw const STORED_BY_FREE).addr() {
        return say!(AnyTime, "free function: what it has stored itself");
    }
    // SAFETY: made in `init`, and freed once.
    let Curious { tv, number, slots } = *unsafe { Box::from_raw(curious.cast::<Curious>()) };
    say!(Thread(number), "look on {}", role());
    let own = slots.own.get(tv);
    let (null, same) = (own.is_null(), own == curious);
    say!(
        Thread(number),
        "look: its own is NULL: {null}, is what is being freed: {same}"
    );
    let before = slots.before.label(tv);
    say!(Thread(number), "look: before is {before}");
    say!(Thread(number), "look: after is {}", slots.after.label(tv));
    say!(
        Thread(number),
        "look: neighbour is {}",
        slots.neighbour.label(tv)
    );
    say!(Thread(number), "look: later is {}", slots.later.label(tv));

    slots.neighbour.free(tv);
    say!(
        Thread(number),
        "look: freed, neighbour is {}",
        slots.neighbour.label(tv)
    );
    let result = slots.later.put(tv, SCENARIO, "later");
    say!(Thread(number), "look: set later: {result}");
    if before == "NULL" {
        let result = slots.before.put(tv, SCENARIO, "too late");
        say!(Thread(number), "look: set before: {result}");
    }
    let own = (&raw const STORED_BY_FREE).cast_mut().cast();
    say!(
        Thread(number),
        "look: set its own: {}",
        slots.own.set(tv, own)
    );
}
