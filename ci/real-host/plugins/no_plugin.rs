//! A library without `plugin!`.

/// Something to export.
#[unsafe(no_mangle)]
pub extern "C" fn forgotten() {}
