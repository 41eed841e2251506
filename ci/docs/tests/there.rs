//! The plugin of the page with `suricata-ffi`.

mod life;
#[path = "../migration/there.rs"]
mod plugin;
