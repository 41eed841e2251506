//! Values of a thread: set, read, replaced and freed on the thread that creates it, on its own, and at
//! its end.

use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::OnceLock;

use super::api::{self, Slot, Tv, on_first_flow, on_thread_init};
use super::{role, say, threads};

const SCENARIO: &str = "values";

pub(super) fn init() {
    let slot = Slot::of_values(c"conformance: values");
    let empty = Slot::of_values(c"conformance: values, never set");
    let kept = Slot::of_values(c"conformance: values, set by the creating thread");
    on_thread_init(move |tv| {
        let steps = Steps::begin(tv);
        steps.say("created");
        steps.get(slot);
        steps.free(slot);
        steps.set(slot, "A");
        steps.get(slot);
        steps.get(slot);
        steps.free(slot);
        steps.get(slot);
        steps.free(slot);

        // B is lost here: nobody has read it, nobody frees it.
        steps.set(slot, "B");
        steps.set(slot, "C over B");
        steps.get(slot);
        let same = slot.set(tv, slot.get(tv));
        steps.say(&format!("set the same: {same}"));
        steps.get(slot);

        // So is C, but it was read just before: to the mock, whoever reads a value and replaces it has taken it.
        steps.set_null(slot);
        steps.get(slot);
        steps.free(slot);
        steps.set_null(slot);
        steps.get(slot);

        steps.set(slot, "D");
        steps.set(kept, "E, kept");
        steps.get(empty);
        steps.same_size();
    });
    // Goes on where the creating thread stopped.
    on_first_flow(move |tv| {
        let steps = Steps::begin(tv);
        steps.say("first flow");
        steps.get(slot);
        steps.get(kept);
        steps.get(empty);
        steps.free(slot);
        steps.get(slot);
        steps.set(slot, "F");
        steps.get(slot);
        thread_local! {
            static END: End = const { End(Cell::new(0)) };
        }
        END.with(|end| end.0.set(steps.number));
        steps.same_size();
    });
}

/// Calls, and writes what came back.
struct Steps {
    tv: Tv,
    number: u32,
}

impl Steps {
    fn begin(tv: Tv) -> Self {
        let number = threads::number(tv);
        Self { tv, number }
    }

    fn say(&self, what: &str) {
        say!(Thread(self.number), "{what} on {}", role());
    }

    fn get(&self, slot: Slot) {
        self.say(&format!("get: {}", slot.label(self.tv)));
    }

    fn set(&self, slot: Slot, label: &'static str) {
        let result = slot.put(self.tv, SCENARIO, label);
        self.say(&format!("set {label}: {result}"));
    }

    fn set_null(&self, slot: Slot) {
        let result = slot.set(self.tv, null_mut());
        self.say(&format!("set NULL: {result}"));
    }

    fn free(&self, slot: Slot) {
        self.say("free");
        slot.free(self.tv);
        self.say("freed");
    }

    /// Whether the storage has the size that it had when this was first asked.
    fn same_size(&self) {
        static SIZE: OnceLock<u32> = OnceLock::new();
        let same = *SIZE.get_or_init(api::storage_size) == api::storage_size();
        self.say(&format!("the same bytes as for the first thread: {same}"));
    }
}

/// Says when the thread that has it ends: the number of its `ThreadVars`.
struct End(Cell<u32>);

impl Drop for End {
    fn drop(&mut self) {
        say!(Thread(self.0.get()), "the thread ends");
    }
}
