//! A plugin with the mock linked in by mistake: in a real host it would talk to the mock instead.

use suricata_thread_mock as _;

#[path = "plugin.rs"]
mod plugin;
