//! The build script's modules of `suricata-thread-sys`, compiled once more: for `ci/bindings`,
//! which makes the declarations that are checked in, and for the tests of the feature `bindgen`.

#[path = "../../../suricata-thread-sys/build/bindings.rs"]
pub mod bindings;
#[path = "../../../suricata-thread-sys/build/source_tree.rs"]
pub mod source_tree;
