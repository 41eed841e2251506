//! Values of a thread: set, read, replaced and freed on the creating thread, on its own, and at its end.

use std::cell::Cell;
use std::sync::OnceLock;

use super::api::{self, Slot, Tv, on_first_flow, on_thread_init};
use super::{role, run, say, threads};

const SCENARIO: &str = "values";

/// B is lost: nobody reads or frees it. So is C, but it is read just before it is replaced, which the mock accepts as
/// taking it out.
const CREATED: &str = "get slot; free slot; set slot A; get slot; get slot; free slot; get slot; free slot; \
    set slot B; set slot C over B; get slot; same slot; get slot; null slot; get slot; free slot; null slot; get slot; \
    set slot D; set kept E; get empty";

/// Goes on where the creating thread has stopped.
const FIRST_FLOW: &str = "get slot; get kept; get empty; free slot; get slot; set slot F; get slot";

pub(super) fn init() {
    let slots = [
        ("slot", Slot::of_values(c"conformance: values")),
        ("empty", Slot::of_values(c"conformance: values, never set")),
        ("kept", Slot::of_values(c"conformance: values, kept")),
    ];
    on_thread_init(move |tv| {
        run(SCENARIO, tv, &slots, CREATED);
        same_size(tv);
    });
    on_first_flow(move |tv| {
        run(SCENARIO, tv, &slots, FIRST_FLOW);
        same_size(tv);
        thread_local! {
            static END: End = const { End(Cell::new(0)) };
        }
        END.with(|end| end.0.set(threads::number(tv)));
    });
}

/// Writes whether the size of the storage is the same as at the first call.
fn same_size(tv: Tv) {
    static SIZE: OnceLock<u32> = OnceLock::new();
    let same = *SIZE.get_or_init(api::storage_size) == api::storage_size();
    let number = threads::number(tv);
    say!(Thread(number), "the same size: {same}, on {}", role());
}

/// Writes a line when its thread ends. The number is that of the `ThreadVars`.
struct End(Cell<u32>);

impl Drop for End {
    fn drop(&mut self) {
        say!(Thread(self.0.get()), "the thread ends");
    }
}
