//! The slots that Suricata registers for itself.

use std::ffi::{CStr, c_uint, c_void};

use suricata_thread_sys::common::SCLogLevel;

use crate::calling::{context, refusals};
use crate::noun::fault::Countdown;
use crate::noun::report::{Report, ReportKind};
use crate::noun::slot::{NamePtr, Slot};
use crate::state::cells::Owner;
use crate::state::host::HostState;
use crate::state::slots::Refused;

const EARLY: &CStr = c"bypass_counters";

/// Slots registered after plugins are loaded, as seen in 8.0.8 and 9.0.0-dev; `true` if Suricata
/// ends when the name is taken.
const LATE: [(Owner, &CStr, bool); 3] = [
    (Owner::Thread, c"threshold_cache", true),
    (Owner::Flow, c"tag", true),
    (Owner::Flow, c"expectation", false),
];

/// Returns `false` if the name is taken.
fn add(host: &HostState, owner: Owner, name: &'static CStr) -> bool {
    let slot = Slot {
        name: name.to_string_lossy().into_owned(),
        size: size_of::<*mut c_void>() as c_uint,
        alloc: None,
        free: None,
        plugin: None,
        _name: NamePtr(name.as_ptr()),
    };
    let refuses_none = Countdown::default();
    let slots = host.slots_of(owner);
    match slots.add(name.as_ptr().addr(), name.to_bytes(), slot, &refuses_none) {
        Err(Refused::Name { .. }) => return false,
        Err(Refused::Full) => refusals::log_full(host, name),
        Ok(_) | Err(Refused::Memory) => {}
    }
    true
}

pub(crate) fn register_early(host: &HostState) {
    add(host, Owner::Flow, EARLY);
}

/// The error reports a plugin that took a name which Suricata needs.
pub(crate) fn register(host: &HostState) -> Result<(), Box<Report>> {
    for (owner, name, is_needed) in LATE {
        if add(host, owner, name) {
            continue;
        }
        let message = format!(
            "storage for type \"{}\" with name {name:?} already registered",
            owner.name()
        );
        if !is_needed {
            context::log_own(host, SCLogLevel::SC_LOG_ERROR, "storage", message);
            continue;
        }
        context::log_known(host, SCLogLevel::SC_LOG_ERROR, "storage", message);
        let call = format!(
            "the host's own registration of {} slot {name:?}",
            owner.name()
        );
        let report = Report::new(ReportKind::NameReserved, call, context::thread_name(host))
            .expected("a name that no plugin has taken")
            .actual("a plugin registered a slot under it")
            .consequence("Suricata needs the name, and ends with an error at start-up")
            .remedy("Give the slot a name that begins with the plugin's");
        context::report(host, report.clone());
        return Err(Box::new(report));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use crate::Host;
    use crate::state::slots;

    #[test]
    fn ids_that_run_out_are_not_the_fault_of_a_plugin() {
        const NAME: &str = "life::own_slots::tests::ids_that_run_out_are_not_the_fault_of_a_plugin";
        const ALONE: &str = "SURICATA_THREAD_MOCK_TEST_ALONE";
        // Other tests of the process need ids.
        if std::env::var_os(ALONE).is_none() {
            let test = std::env::current_exe().expect("a path");
            let ran = Command::new(test)
                .args(["--exact", NAME])
                .env(ALONE, "1")
                .output();
            assert!(ran.expect("it starts").status.success());
            return;
        }
        let host = Host::new();
        slots::exhaust();
        host.expect_error("no id left for slot \"threshold_cache\"");
        host.finalize();
    }
}
