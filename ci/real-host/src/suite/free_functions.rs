//! The storage that a free function sees while it runs, and the effects of its own set and free.

use std::ffi::c_void;

use super::api::{self, Slot, Tv, on_thread_init};
use super::{run, say, threads};

const SCENARIO: &str = "free_functions";

const FILL: &str = "set before 1; set after 2; set neighbour 3";
const FREE: &str = "get before; get later; free before; free after; free neighbour; free later";
/// The script of the curious free function.
const LOOK: &str = "get before; get after; get neighbour; get later; \
    free neighbour; get neighbour; set later 4";

/// The value that the curious free function stores in its own slot, only an address.
static STORED_BY_FREE: u8 = 0;

/// The value of the curious free function.
struct Curious {
    tv: Tv,
    own: Slot,
    slots: [(&'static str, Slot); 4],
}

pub(super) fn init() {
    let before = ("before", Slot::of_values(c"conformance: free, before"));
    let own = api::register(Some(c"conformance: free, curious"), Some(look)).expect("a slot");
    let slot = |name| Slot::of_values(name);
    let slots = [
        before,
        ("after", slot(c"conformance: free, after")),
        ("neighbour", slot(c"conformance: free, neighbour")),
        ("later", slot(c"conformance: free, later")),
    ];
    on_thread_init(move |tv| {
        let number = threads::number(tv);
        let fill = || {
            run(SCENARIO, tv, &slots, FILL);
            let curious = Box::new(Curious { tv, own, slots });
            own.set(tv, Box::into_raw(curious).cast());
        };
        fill();
        own.free(tv);
        let null = own.get(tv).is_null();
        say!(Thread(number), "freed by id, its own is NULL: {null}");
        run(SCENARIO, tv, &slots, FREE);
        say!(Thread(number), "with the thread");
        fill();
    });
}

/// Looks at its own slot and its neighbours. Frees one, and fills a later one, an earlier one if that is
/// empty, and its own.
unsafe extern "C" fn look(curious: *mut c_void) {
    if curious.addr() == (&raw const STORED_BY_FREE).addr() {
        return say!(AnyTime, "free function: its own new value");
    }
    // SAFETY: made in `init`, and freed once.
    let Curious { tv, own, slots } = *unsafe { Box::from_raw(curious.cast::<Curious>()) };
    let number = threads::number(tv);
    let (null, same) = (own.get(tv).is_null(), own.get(tv) == curious);
    say!(Thread(number), "look: its own: NULL {null}, same {same}");
    let is_freed = slots[0].1.get(tv).is_null();
    run(SCENARIO, tv, &slots, LOOK);
    if is_freed {
        run(SCENARIO, tv, &slots, "set before too-late");
    }
    let stored = (&raw const STORED_BY_FREE).cast_mut().cast();
    say!(Thread(number), "look: set its own: {}", own.set(tv, stored));
}
