//! Tests the page's plugin that uses `suricata-ffi` beside `suricata-thread`.

#[path = "../migration/with_ffi.rs"]
mod plugin;
mod records;
