//! No declaration of `suricata-thread-sys` escapes the comparison with suricata-sys.

mod declared;

use declared::{COMMON, V9};

#[test]
fn every_declaration_is_compared_or_said_to_have_no_counterpart() {
    let names = &declared::names(COMMON) | &declared::names(V9);
    let listed = [
        ci_abi::STRUCTS,
        &["SCLogLevel"],
        ci_abi::LEVELS,
        ci_abi::ALIASES,
        &ci_abi::functions(),
        ci_abi::CONSTANTS,
        ci_abi::ONLY_OURS,
    ]
    .concat();
    declared::assert_listed(&names, &listed);
}
