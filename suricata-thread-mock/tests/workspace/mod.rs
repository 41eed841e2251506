//! Builds the workspace's examples. Tests that use it are not in the package.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds an example of the workspace, as its author would, below `folder`.
pub fn example(folder: &Path, package: &str) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let target = folder.join("examples");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root)
        .args(["build", "--locked", "--lib", "--no-default-features"])
        .args(["--package", package, "--target-dir"])
        .arg(&target);
    // Without flags for the tests, such as sanitizers.
    cargo
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
    let output = cargo.output().expect("cargo");
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {printed}", output.status);
    let file = format!("lib{}.so", package.replace('-', "_"));
    target.join("debug").join(file)
}
