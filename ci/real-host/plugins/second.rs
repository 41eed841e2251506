//! A second plugin in the host of the suite.

use real_host::suite::{self, several_plugins};

real_host::entry!(c"conformance-second", init, None);

unsafe extern "C" fn init() {
    suite::this_is_main();
    several_plugins::init("second", c"conformance: several plugins, second");
}
