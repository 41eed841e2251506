//! No fault: what is found in the other programs is not found here.

fn main() {
    planted::run::<Vec<u8>>(|slot, tv| {
        slot.replace(tv, vec![7; 64])
            .map(drop)
            .expect("the mock stores");
        let value = slot.get(tv).expect("stored above");
        assert_eq!(value[63], 7);
    });
}
