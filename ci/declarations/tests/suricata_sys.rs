//! The declarations are those that Suricata itself publishes, as far as it does.

use declarations::{compare, facts, ours, suricata_sys};

#[test]
fn those_of_9_0_are_suricata_syss() {
    let comparison = compare(
        &ours("v9").unwrap(),
        &facts(&suricata_sys("9.0.0").unwrap()).unwrap(),
    );
    assert!(
        comparison.different.is_empty(),
        "{}",
        comparison.different.join("\n")
    );
    // What suricata-sys leaves out; and a name of our own for a type.
    let absent = [
        "GetProgramVersion",
        "SCStorageCleanup",
        "SCStorageFinalize",
        "SCStorageInit",
        "StorageFreeFn",
    ];
    assert_eq!(comparison.absent, absent);
}

#[test]
fn those_of_8_0_are_suricata_syss_as_far_as_it_has_them() {
    let comparison = compare(
        &ours("v8").unwrap(),
        &facts(&suricata_sys("8.0.8").unwrap()).unwrap(),
    );
    assert!(
        comparison.different.is_empty(),
        "{}",
        comparison.different.join("\n")
    );
    for name in [
        "SCPlugin",
        "SC_API_VERSION",
        "SCLogLevel",
        "SC_LOG_DEBUG",
        "SCLogGetLogLevel",
    ] {
        assert!(
            !comparison.absent.contains(&name.to_owned()),
            "suricata-sys lacks {name}"
        );
    }
}
