//! The messages are those of Rust 1.95 without the component rust-src, with which they quote the standard library.
//! CONTRIBUTING.md says how to update them.

#[test]
fn wrong_code_does_not_compile_and_similar_code_does() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/fail/*.rs");
    cases.pass("tests/pass.rs");
}
