//! Comparing with a source tree finds each kind of difference, and says what is not such a tree.
//!
//! The trees are the headers of `suricata-thread-sys` itself under the names of Suricata's.

use std::fs;
use std::path::Path;

use ci_bindgen::{HEADERS, compare};
use tempfile::TempDir;

/// A tree of the generation, with `new` in the place of `old`.
fn tree(generation: u32, old: &str, new: &str) -> TempDir {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suricata-thread-sys/include");
    let read = |header: String| fs::read_to_string(include.join(header)).unwrap();
    let text =
        read("suricata_thread_common.h".into()) + &read(format!("suricata_thread_{generation}.h"));
    assert!(text.contains(old), "{old}");

    let tree = TempDir::new().unwrap();
    for header in HEADERS {
        fs::write(tree.path().join(header), "").unwrap();
    }
    fs::write(tree.path().join(HEADERS[0]), text.replace(old, new)).unwrap();
    tree
}

#[track_caller]
fn assert_differs(generation: u32, old: &str, new: &str, said: &str) {
    let error = compare(tree(generation, old, new).path()).unwrap_err();
    assert!(error.to_string().contains(said), "{error}");
}

#[test]
fn each_generation_is_known_and_is_as_checked_in() {
    let same = compare(tree(8, "", "").path()).unwrap();
    assert!(same.contains("declarations of Suricata 8.0.x"), "{same}");
    let same = compare(tree(9, "", "").path()).unwrap();
    assert!(same.contains("declarations of Suricata 9.0"), "{same}");
}

#[test]
fn a_difference_is_found() {
    let argument = ("unsigned int line", "int line", "SCLogMessage, there:");
    let constness = (
        "const ThreadVars *tv",
        "ThreadVars *tv",
        "SCThreadGetStorageById, there:",
    );
    let result = (
        "int SCStorageFinalize",
        "void SCStorageFinalize",
        "SCStorageFinalize, there:",
    );
    let callback = (
        "Flow *f, Packet *p, void",
        "Flow *f, void",
        "SCFlowUpdateCallbackFn, there:",
    );
    let field = ("    int id;", "    long id;", "SCThreadStorageId, there:");
    let level = (
        "SC_LOG_DEBUG = 7",
        "SC_LOG_DEBUG = 8",
        "SC_LOG_DEBUG, there:",
    );
    let version = ("0x0900", "0x0901", "SC_API_VERSION, there:");
    let name = (
        "SCThreadStorageSize",
        "SCThreadSize",
        "SCThreadStorageSize, not there:",
    );
    for (old, new, said) in [
        argument, constness, result, callback, field, level, version, name,
    ] {
        assert_differs(9, old, new, said);
    }
    assert_differs(
        8,
        "StorageAllocFn)(unsigned int",
        "StorageAllocFn)(size_t",
        "ThreadStorageRegister, there:",
    );
}

#[test]
fn names_of_arguments_do_not_matter() {
    compare(tree(9, "int line", "int number").path()).unwrap();
}

#[test]
fn what_is_no_source_tree_is_named() {
    let error = compare(Path::new("/no/such/folder")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("/no/such/folder/suricata-plugin.h is missing"),
        "{error}"
    );
    assert_differs(
        9,
        "Storage",
        "Store",
        "neither of Suricata 8.0.x nor of 9.0",
    );
    assert_differs(9, "bool ", "boolean ", "unknown type name 'boolean'");
}
