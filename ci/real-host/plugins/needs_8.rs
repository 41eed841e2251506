//! A plugin that needs a function which only 8.0 has.

use suricata_thread_sys::v8::ThreadStorageSize;

real_host::entry!(c"conformance-needs-8", init, None);

unsafe extern "C" fn init() {
    // SAFETY: it only reads a number.
    unsafe { ThreadStorageSize() };
}
