//! Compares the declarations with those that Suricata publishes.

use std::fs;
use std::path::Path;
use std::process::Command;

use declarations::{compare, facts, ours};

/// Asserts that no declaration of a generation differs in this version of `suricata-sys`, and returns the names that it
/// lacks.
fn absent_from_suricata_sys(generation: &str, version: &str) -> Vec<String> {
    let arguments = ["metadata", "--locked", "--format-version=1"];
    let metadata = Command::new("cargo").args(arguments).output().unwrap();
    let metadata = String::from_utf8(metadata.stdout).unwrap();
    let mut texts = metadata.split('"');
    let manifest = texts.find(|text| {
        text.contains(&format!("/suricata-sys-{version}")) && text.ends_with("/Cargo.toml")
    });
    let source = Path::new(manifest.unwrap()).with_file_name("src/sys.rs");
    let theirs = facts(&fs::read_to_string(source).unwrap()).unwrap();
    let comparison = compare(&ours(generation).unwrap(), &theirs);
    let different = comparison.different;
    assert!(different.is_empty(), "{}", different.join("\n"));
    comparison.absent
}

#[test]
fn declarations_of_9_0_agree_with_suricata_sys() {
    // suricata-sys leaves these out. StorageFreeFn is this project's own name.
    let absent = [
        "GetProgramVersion",
        "SCStorageCleanup",
        "SCStorageFinalize",
        "SCStorageInit",
        "StorageFreeFn",
    ];
    assert_eq!(absent_from_suricata_sys("v9", "9.0.0"), absent);
}

#[test]
fn declarations_of_8_0_agree_if_suricata_sys_has_them() {
    let absent = absent_from_suricata_sys("v8", "8.0.8");
    for name in [
        "SCPlugin",
        "SC_API_VERSION",
        "SCLogLevel",
        "SC_LOG_DEBUG",
        "SCLogGetLogLevel",
    ] {
        let is_absent = absent.contains(&name.to_owned());
        assert!(!is_absent, "suricata-sys lacks {name}");
    }
}
