//! A second plugin in the host of the suite.

use real_host::suite::{self, Entry, several_plugins};

real_host::entry!(Entry::new(c"conformance-second", init));

unsafe extern "C" fn init() {
    suite::this_is_main();
    several_plugins::init("second", c"conformance: several plugins, second");
}
