//! The declarations are those that Suricata itself publishes, as far as it does.

use std::fs;
use std::path::Path;
use std::process::Command;

use declarations::{compare, facts, ours};

/// Demands that no declaration of a generation is different in the crate `suricata-sys` of a version, and returns those
/// that it lacks.
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
fn those_of_9_0_are_suricata_syss() {
    // What suricata-sys leaves out; and a name of our own for a type.
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
fn those_of_8_0_are_suricata_syss_as_far_as_it_has_them() {
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
