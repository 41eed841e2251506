//! `ci/symbols` passes plugins as they should be, and finds each way in which one can be wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const GOOD: &str =
    "void SCLogMessage(void); void *SCPluginRegister(void) { SCLogMessage(); return 0; }";

fn symbols(plugins: &[&Path]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../symbols");
    Command::new(script).args(plugins).output().unwrap()
}

#[track_caller]
fn assert_passes(plugin: &Path) {
    let output = symbols(&[plugin]);
    assert!(output.status.success(), "{output:?}");
}

#[track_caller]
fn assert_fails(plugin: &Path, because: &[&str]) {
    let output = symbols(&[plugin]);
    assert!(!output.status.success(), "{output:?}");
    let message = String::from_utf8_lossy(&output.stderr);
    for part in because {
        assert!(
            message.contains(part),
            "nothing about \"{part}\" in: {message}"
        );
    }
}

/// Builds an example of this package and returns its file.
///
/// It is built here since `cargo test` builds examples, but not as libraries, when given `--all-targets`; and without
/// flags for the tests, such as those of sanitizers.
fn example(name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--message-format=json", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .args(["--example", name])
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let file = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|message: &serde_json::Value| message["target"]["name"] == name)
        .find_map(|message| message["filenames"][0].as_str().map(PathBuf::from));
    file.expect("cargo names the file that it has built")
}

/// Compiles a plugin in C.
fn compile(folder: &Path, source: &str, flags: &[&str]) -> PathBuf {
    let (input, output) = (folder.join("plugin.c"), folder.join("plugin.so"));
    fs::write(&input, source).unwrap();
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&output, &input])
        .args(flags)
        .status()
        .unwrap();
    assert!(status.success());
    output
}

#[test]
fn plugins_that_leave_the_host_to_the_host_pass() {
    assert_passes(&example("plugin"));
    let folder = tempfile::tempdir().unwrap();
    assert_passes(&compile(folder.path(), GOOD, &[]));
}

#[test]
fn a_plugin_that_links_the_mock_is_found() {
    assert_fails(
        &example("plugin_with_mock"),
        &[
            "defines functions of the host",
            "SCThreadStorageRegister",
            "holds code of suricata-thread-mock",
        ],
    );
}

#[test]
fn a_function_of_the_host_is_found_exported_or_hidden() {
    for function in [
        "SCThreadStorageRegister",
        "ThreadGetStorageById",
        "StorageInit",
        "SCFlowRegisterInitCallback",
    ] {
        for visibility in ["default", "hidden"] {
            let folder = tempfile::tempdir().unwrap();
            let own =
                format!("__attribute__((visibility(\"{visibility}\"))) void {function}(void) {{}}");
            let plugin = compile(folder.path(), &format!("{GOOD}\n{own}"), &[]);
            assert_fails(&plugin, &["defines functions of the host", function]);
        }
    }
}

#[test]
fn exports_other_than_the_entry_point_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = compile(folder.path(), &format!("{GOOD}\nint helper;"), &[]);
    assert_fails(&plugin, &["exports more than SCPluginRegister", "helper"]);
}

#[test]
fn a_library_that_is_no_plugin_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let library = compile(
        folder.path(),
        "static int nothing; int *get(void) { return &nothing; }",
        &[],
    );
    assert_fails(
        &library,
        &[
            "does not export SCPluginRegister",
            "calls no function of the host",
        ],
    );
}

#[test]
fn a_stripped_plugin_is_not_passed_unseen() {
    let folder = tempfile::tempdir().unwrap();
    assert_fails(&compile(folder.path(), GOOD, &["-s"]), &["is stripped"]);
}

#[test]
fn every_plugin_given_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let good = compile(folder.path(), GOOD, &[]);
    assert!(!symbols(&[]).status.success());
    assert!(
        !symbols(&[Path::new("/nonexistent.so"), &good])
            .status
            .success()
    );
    let bad = &example("plugin_with_mock");
    for plugins in [[bad.as_path(), &good], [&good, bad.as_path()]] {
        let output = symbols(&plugins);
        assert!(!output.status.success());
        let passed = String::from_utf8_lossy(&output.stdout);
        assert!(passed.contains(&*good.to_string_lossy()), "{passed}");
    }
}
