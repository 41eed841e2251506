//! A plugin for an API version that no host has: the host closes it, and `Init` never runs.

use real_host::suite::{To, write};

real_host::entry!(c"conformance-other-version", init, Some(0x0700));

unsafe extern "C" fn init() {
    write("refused_plugin", To::Sequence, format_args!("Init"));
}

/// Runs when the host closes the file, or the process ends.
#[used]
#[unsafe(link_section = ".fini_array")]
static CLOSED: extern "C" fn() = closed;

extern "C" fn closed() {
    write("refused_plugin", To::Sequence, format_args!("closed"));
}
