//! The plugin of the page with `suricata-thread`.

mod life;
#[path = "../migration/here.rs"]
mod plugin;
