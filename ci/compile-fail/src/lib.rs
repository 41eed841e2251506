//! Holds no code. `tests/fail` has code that must not compile, a file for each bound, with the
//! compiler's messages; `tests/pass.rs` has similar code that must compile.
