//! Runs built plugins in the mock.

fn main() {}
