//! Holds no code: `tests/fail` has what must not compile, a file for each bound, with the compiler's
//! message for every function that has it; `tests/pass.rs` has the nearest that must compile.
