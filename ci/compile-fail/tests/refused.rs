//! The compiler's words change from version to version: these are those of Rust 1.95. With another one,
//! run `TRYBUILD=overwrite cargo test -p compile-fail` and read the difference: the reason for each refusal must
//! stay. Where the component rust-src is installed, the compiler quotes the standard library, and the messages
//! differ: remove it, or use a toolchain without it.

#[test]
fn what_must_not_compile_does_not_and_its_neighbours_do() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/fail/*.rs");
    cases.pass("tests/pass.rs");
}
