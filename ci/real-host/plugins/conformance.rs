//! The plugin that runs the suite.

use real_host::suite::{self, To};

real_host::entry!(c"conformance-suite", init, None);

unsafe extern "C" fn init() {
    let line = format_args!("Init of the next plugin");
    suite::write("refused_plugin", To::Sequence, line);
    suite::init();
}
