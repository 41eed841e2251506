//! The compiler's words are those of Rust 1.95 without the component rust-src, with which it quotes the standard library.
//! CONTRIBUTING.md says what to do with another one.

#[test]
fn what_must_not_compile_does_not_and_its_neighbours_do() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/fail/*.rs");
    cases.pass("tests/pass.rs");
}
