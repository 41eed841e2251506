//! A plugin with the API version of 9.0 that uses no function of it.

use suricata_thread_sys::v9::SC_API_VERSION;

real_host::entry!(c"for 9", init, Some(SC_API_VERSION));

unsafe extern "C" fn init() {}
