//! Each file in `fail` is refused with the message beside it, and its namesake in `pass` runs.
//!
//! The compiler's words change from version to version: these are those of Rust 1.95. With another
//! one, run `TRYBUILD=overwrite cargo test -p compile-fail` and read the difference: the reason for
//! each refusal must stay. Where the compiler has the sources of the standard library, it quotes
//! them: these are its words without.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Whether the component rust-src is installed.
fn has_sources_of_std() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output();
    let sysroot = String::from_utf8(output.unwrap().stdout).unwrap();
    Path::new(sysroot.trim())
        .join("lib/rustlib/src/rust/library")
        .exists()
}

#[test]
fn what_must_not_compile_does_not_and_its_neighbour_does() {
    if has_sources_of_std() {
        // Shown where the test fails.
        eprintln!(
            "Some messages differ since the component rust-src is installed: the compiler quotes \
             the standard library. Run the test without: `rustup component remove rust-src`, or \
             with a toolchain that was installed with `--profile minimal`."
        );
    }
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
