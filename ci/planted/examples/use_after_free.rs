//! Reads a value after it was freed.

fn main() {
    planted::run::<Box<u64>>(|slot, tv| {
        slot.replace(tv, Box::new(7))
            .map(drop)
            .expect("the mock stores");
        let value: *const u64 = &raw const **slot.get(tv).expect("stored above");
        drop(slot.take(tv));
        // SAFETY: none: this is the planted fault.
        std::hint::black_box(unsafe { value.read_volatile() });
    });
}
