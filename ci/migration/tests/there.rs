//! The plugin with suricata-ffi.

mod life;
#[path = "../examples/migration_there.rs"]
mod plugin;
