//! A plugin that says it is for Suricata 9.0 alone, and uses nothing of it.

use suricata_thread_sys::v9::SC_API_VERSION;

real_host::entry!(c"for 9", init, Some(SC_API_VERSION));

unsafe extern "C" fn init() {}
