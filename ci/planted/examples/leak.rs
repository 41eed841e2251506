//! Loses the values that it takes.

fn main() {
    planted::run::<Vec<u8>>(|slot, tv| {
        slot.replace(tv, vec![7; 64])
            .map(drop)
            .expect("the mock stores");
        let value = slot.take(tv).expect("the mock empties the slot");
        std::mem::forget(value);
    });
}
