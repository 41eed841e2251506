//! A plugin that the host is told to load twice.

use real_host::suite::{self, Entry, To, role};

real_host::entry!(Entry::new(c"conformance-twice", init));

unsafe extern "C" fn init() {
    suite::this_is_main();
    let line = format_args!("Init on {}", role());
    suite::write("loaded_twice", To::Sequence, line);
}
