//! Tests the page's plugin with `suricata-ffi`.

mod life;
#[path = "../migration/there.rs"]
mod plugin;
