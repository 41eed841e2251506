//! A plugin that needs a function which only 9.0 has.

use real_host::suite::Entry;
use suricata_thread_sys::v9::SCThreadStorageSize;

real_host::entry!(Entry::new(c"conformance-needs-9", init));

unsafe extern "C" fn init() {
    // SAFETY: it only reads a number.
    unsafe { SCThreadStorageSize() };
}
