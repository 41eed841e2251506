//! What the example top-talkers declares of 9.0 for itself is there, and of that type.

use suricata_sys::sys;

/// Does not compile where a function is missing or of another type. Nothing calls it: only the host has them.
#[allow(dead_code)]
fn types() {
    let _: unsafe extern "C" fn(*const sys::Flow) -> bool = sys::SCFlowIsIPv4;
    let _: unsafe extern "C" fn(*const sys::Flow) -> bool = sys::SCFlowIsIPv6;
    let _: unsafe extern "C" fn(*const sys::Flow) -> *const u8 =
        sys::SCFlowGetSourceAddressAsRawPtr;
}

#[test]
fn the_functions_of_top_talkers_are_declared_as_9_0_has_them() {
    let source = include_str!("../../../examples/top-talkers/src/source.rs");
    for declaration in [
        "fn SCFlowIsIPv4(flow: *const Flow) -> bool;",
        "fn SCFlowIsIPv6(flow: *const Flow) -> bool;",
        "fn SCFlowGetSourceAddressAsRawPtr(flow: *const Flow) -> *const u8;",
    ] {
        assert!(source.contains(declaration), "{declaration}");
    }
    let declared = source.matches("    fn SCFlow").count();
    assert_eq!(declared, 3, "another function is compared nowhere");
}
