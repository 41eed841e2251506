//! Each file in `fail` is refused with the message beside it, and its namesake in `pass` runs.
//!
//! The compiler's words change from version to version: these are those of Rust 1.95. With another
//! one, run `TRYBUILD=overwrite cargo test -p compile-fail` and read the difference: the reason for
//! each refusal must stay.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn what_must_not_compile_does_not_and_its_neighbour_does() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/fail/*.rs");
    cases.pass("tests/pass/*.rs");
}

#[test]
fn each_case_has_a_neighbour() {
    let names = |folder: &str| -> BTreeSet<_> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(folder);
        let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
        let sources = files.filter(|file| file.extension().is_some_and(|e| e == "rs"));
        sources
            .map(|file| file.file_name().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("fail"), names("pass"));
    assert!(names("fail").len() > 10);
}
