//! A plugin that says it is for Suricata 9.0 alone, and uses nothing of it.

use real_host::suite::Entry;
use suricata_thread_sys::v9::SC_API_VERSION;

real_host::entry!(Entry::of_version(SC_API_VERSION, c"for 9", init));

unsafe extern "C" fn init() {}
