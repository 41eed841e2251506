//! The slots that Suricata registers for itself.

use std::ffi::{CStr, c_uint, c_void};

use suricata_thread_sys::common::SCLogLevel;

use crate::calling::context;
use crate::noun::fault::Countdown;
use crate::noun::report::{Report, ReportKind};
use crate::noun::slot::{NamePtr, Slot};
use crate::state::host::HostState;

/// Registered after the plugins have been loaded; seen in 8.0.8 and in 9.0.0-dev.
const NAMES: [&CStr; 1] = [c"threshold_cache"];

/// Registers them. The error is the report on a plugin that took a name.
pub(crate) fn register(host: &HostState) -> Result<(), Box<Report>> {
    for name in NAMES {
        let slot = Slot {
            name: name.to_string_lossy().into_owned(),
            size: size_of::<*mut c_void>() as c_uint,
            alloc: None,
            free: None,
            plugin: None,
            _name: NamePtr(name.as_ptr()),
        };
        let refuses_none = Countdown::default();
        let address = name.as_ptr().addr();
        if host
            .slots
            .add(address, name.to_bytes(), slot, &refuses_none)
            .is_ok()
        {
            continue;
        }
        let message = format!("storage for type \"thread\" with name {name:?} already registered");
        context::log_known(host, SCLogLevel::SC_LOG_ERROR, "storage", message);
        let call = format!("the host's own registration of slot {name:?}");
        let report = Report::new(ReportKind::NameReserved, call, context::thread_name(host))
            .expected("a name that no plugin has taken")
            .actual("a plugin registered a slot under it")
            .consequence("Suricata needs the name for itself, and ends with an error at start-up")
            .remedy("Give the slot a name that begins with the plugin's");
        context::report(host, report.clone());
        return Err(Box::new(report));
    }
    Ok(())
}
