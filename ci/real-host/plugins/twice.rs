//! A plugin that the configuration lists twice.

use real_host::suite::{self, To, role};

real_host::entry!(c"conformance-twice", init, None);

unsafe extern "C" fn init() {
    suite::this_is_main();
    let line = format_args!("Init on {}", role());
    suite::write("loaded_twice", To::Sequence, line);
}
