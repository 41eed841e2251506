//! Builds plugin files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Builds `tests/c/plugin.c` for a generation, 8 or 9, with these macros, as `folder`/`name`.so.
pub fn c_plugin(folder: &Path, name: &str, generation: u32, macros: &[&str]) -> PathBuf {
    let file = folder.join(format!("{name}.so"));
    let compiler = cc::Build::new()
        .target(env!("TARGET"))
        .host(env!("TARGET"))
        .opt_level(0)
        .out_dir(folder)
        .cargo_metadata(false)
        .get_compiler();
    let output = compiler
        .to_command()
        .args(["-shared", "-fPIC", "-pthread", "-o"])
        .arg(&file)
        .arg(format!("-DGENERATION={generation}"))
        .args(macros.iter().map(|name| format!("-D{name}")))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/c/plugin.c"))
        .output()
        .expect("a C compiler");
    assert_success(&output);
    file
}

/// Panics with what the command printed if it failed.
#[track_caller]
pub fn assert_success(output: &Output) {
    let printed = [&*output.stdout, &*output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    assert!(output.status.success(), "{}: {printed}", output.status);
}

/// Builds an example of the workspace for a generation, as its author would, below `folder`.
#[allow(dead_code, reason = "not every test wants one")]
pub fn example(folder: &Path, package: &str, generation: u32) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    // One folder for each: cargo would overwrite the one of the other generation.
    let target = folder.join(format!("built-for-{generation}"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root)
        .args(["build", "--locked", "--lib", "--no-default-features"])
        .args(["--package", package, "--target-dir"])
        .arg(&target);
    if generation == 8 {
        cargo.args(["--features", "suricata-8"]);
    }
    // Without what is for the tests, such as sanitizers.
    cargo
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
    assert_success(&cargo.output().expect("cargo"));
    let file = format!("lib{}.so", package.replace('-', "_"));
    target.join("debug").join(file)
}
