//! A plugin that needs a function which only 9.0 has.

use suricata_thread_sys::v9::SCThreadStorageSize;

real_host::entry!(c"conformance-needs-9", init, None);

unsafe extern "C" fn init() {
    // SAFETY: it only reads a number.
    unsafe { SCThreadStorageSize() };
}
