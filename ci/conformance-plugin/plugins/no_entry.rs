//! A library that is no plugin.

/// Not an entry point.
#[unsafe(no_mangle)]
pub extern "C" fn conformance_no_entry() {}
