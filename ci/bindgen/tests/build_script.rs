//! The feature `bindgen` as a developer meets it: through cargo. `ci-abi` is what is built, since it
//! compares each declaration that the tree gave with what Suricata itself publishes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn tree(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/trees")
        .join(name)
}

fn check(tree: Option<&Path>, features: &str) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "check",
            "--quiet",
            "--locked",
            "--all-targets",
            "--package",
            "ci-abi",
        ])
        .args(["--features", features])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", env!("CARGO_TARGET_TMPDIR"))
        .env_remove("SURICATA_SRC");
    if let Some(tree) = tree {
        cargo.env("SURICATA_SRC", tree);
    }
    cargo.output().expect("cargo runs")
}

#[track_caller]
fn assert_builds(tree: &Path, features: &str) {
    let output = check(Some(tree), features);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[track_caller]
fn assert_fails(tree: Option<&Path>, features: &str, words: &str) {
    let output = check(tree, features);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it built");
    assert!(said.contains(words), "{words:?} is not in: {said}");
}

#[test]
fn a_tree_of_each_generation_builds() {
    assert_builds(&tree("9"), "bindgen");
    assert_builds(&tree("8"), "bindgen,suricata-8");
}

#[test]
fn cargo_shows_what_is_wrong_with_the_tree() {
    assert_fails(None, "bindgen", "SURICATA_SRC is not set");
    assert_fails(
        Some(&tree("8")),
        "bindgen",
        "is the source of Suricata 8.0.x",
    );
    assert_fails(Some(&tree("7")), "bindgen", "which is not a folder");
}

#[test]
fn a_header_that_changes_is_read_again() {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(tree("9")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    assert_builds(copy.path(), "bindgen");

    let header = copy.path().join("thread-storage.h");
    let text = fs::read_to_string(&header).unwrap();
    let changed = text.replace(
        "unsigned int SCThreadStorageSize",
        "short SCThreadStorageSize",
    );
    assert_ne!(text, changed);
    fs::write(&header, changed).unwrap();
    assert_fails(
        Some(copy.path()),
        "bindgen",
        "`SCThreadStorageSize` does not have the ABI that suricata-sys gives it",
    );
}
