//! The plugin of the page that uses `suricata-sys`.

#[path = "../migration/with_sys.rs"]
mod plugin;
mod records;
