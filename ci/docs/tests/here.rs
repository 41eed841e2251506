//! Tests the page's plugin with `suricata-thread`.

mod life;
#[path = "../migration/here.rs"]
mod plugin;
