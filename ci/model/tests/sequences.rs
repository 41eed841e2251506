//! Random sequences. `PROPTEST_CASES` sets how many; one that failed is kept beside this file, shrunk, and is run again
//! before any other.

use model::{Op, run};
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_sequence_does_what_the_model_says(
        ops in prop::collection::vec(any::<Op>(), 1..60),
    ) {
        run(&ops);
    }
}
