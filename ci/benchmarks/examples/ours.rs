//! The measured plugin that uses `suricata-thread`.

mod host;
mod safe;

use suricata_thread::{self as thread, SCLogInfo, ThreadStorage, ThreadVars, flow};

thread::plugin! {
    name: "bench-ours",
    version: env!("CARGO_PKG_VERSION"),
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: safe::init,
}
