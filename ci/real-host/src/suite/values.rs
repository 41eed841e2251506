//! Values of a thread: set, read, replaced and freed on the thread that creates it, on its own, and at its end.

use std::cell::Cell;
use std::sync::OnceLock;

use super::api::{self, Slot, Tv, on_first_flow, on_thread_init};
use super::{role, run, say, threads};

const SCENARIO: &str = "values";

/// B is lost: nobody has read it, nobody frees it. So is C, but it was read just before: to the mock, whoever reads a
/// value and replaces it has taken it.
const CREATED: &str = "get slot; free slot; set slot A; get slot; get slot; free slot; get slot; free slot; \
    set slot B; set slot C over B; get slot; same slot; get slot; null slot; get slot; free slot; null slot; get slot; \
    set slot D; set kept E; get empty";

/// Goes on where the creating thread stopped.
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

/// Whether the storage has the size that it had when this was first asked.
fn same_size(tv: Tv) {
    static SIZE: OnceLock<u32> = OnceLock::new();
    let same = *SIZE.get_or_init(api::storage_size) == api::storage_size();
    let number = threads::number(tv);
    say!(Thread(number), "the same size: {same}, on {}", role());
}

/// Says when the thread that has it ends: the number of its `ThreadVars`.
struct End(Cell<u32>);

impl Drop for End {
    fn drop(&mut self) {
        say!(Thread(self.0.get()), "the thread ends");
    }
}
