//! The suite.

use real_host::suite::{self, Entry, To};

real_host::entry!(Entry::new(c"conformance-suite", init));

unsafe extern "C" fn init() {
    let line = format_args!("Init of the next plugin");
    suite::write("refused_plugin", To::Sequence, line);
    suite::init();
}
