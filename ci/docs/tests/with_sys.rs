//! Tests the page's plugin that uses `suricata-sys`.

#[path = "../migration/with_sys.rs"]
mod plugin;
mod records;
