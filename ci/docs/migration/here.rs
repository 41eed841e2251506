//! Logs the counts of each thread and each flow, with suricata-thread.

use suricata_ffi::eve;
use suricata_thread::flow::{self, FlowStorage};
use suricata_thread::{self as thread, SCLogError, SCLogNotice, ThreadStorage};

thread::plugin! {
    name: "census",
    version: "0.1.0",
    author: "You",
    license: "GPL-2.0-only",
    init: init,
}

include!("plugin.rs");
