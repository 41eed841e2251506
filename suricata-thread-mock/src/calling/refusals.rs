//! Calls that are refused whatever their arguments are.

use std::ffi::CStr;

use suricata_thread_sys::Generation;
use suricata_thread_sys::common::SCLogLevel;

use crate::calling::context;
use crate::noun::function::Function;
use crate::noun::report::ReportKind;
use crate::noun::words::PluginCode;
use crate::state::host::HostState;

/// Reports only one call, since a plugin for another generation makes many.
#[inline]
pub(crate) fn lacks(host: &HostState, function: Function) -> bool {
    match function.generation {
        Some(generation) if generation != host.identity.generation => {
            report_lack(host, function.name, generation);
            true
        }
        _ => false,
    }
}

#[cold]
fn report_lack(host: &HostState, call: &str, owner: Generation) {
    let generation = host.identity.generation;
    let report = context::misuse(host, ReportKind::OtherGeneration, call)
        .expected(format!(
            "only functions of {generation}, which this host plays"
        ))
        .actual(format!("one of {owner}"))
        .consequence(format!(
            "A real {generation} has no {call}: it would not load the plugin, or leave NULL in a \
             weak reference"
        ))
        .remedies(
            "call the function of suricata-thread, which chooses the name",
            &format!(
                "under the mock, which has all names, choose by `unsigned int \
                 suricata_thread_mock_generation_1(void)`, here {}",
                generation.major()
            ),
        );
    context::report_once(host, report);
}

/// Logs that no host can register slots any more.
pub(crate) fn log_full(host: &HostState, slot: &CStr) {
    let message = format!(
        "no id left for slot {slot:?}: the hosts of this process have used all two billion"
    );
    context::log_own(host, SCLogLevel::SC_LOG_ERROR, "storage", message);
}

pub(crate) fn refuses_to_plugins(host: &HostState, call: &str) -> bool {
    if context::plugin_code().is_none() {
        return false;
    }
    let report = context::misuse(host, ReportKind::HostFunction, call)
        .expected("by the host alone")
        .actual("by plugin code")
        .consequence(
            "The call was ignored; Suricata would lose registrations or free storage in use",
        );
    context::report(host, report);
    true
}

pub(crate) struct Registering<'a>(&'a HostState);

impl<'a> Registering<'a> {
    /// `in_callback` is the consequence in Suricata if a callback registers.
    pub(crate) fn begin(
        host: &'a HostState,
        call: &str,
        item: &str,
        in_callback: &str,
    ) -> Option<Self> {
        let misuse = |kind| context::misuse(host, kind, format!("{call} of {item}"));
        if context::plugin_code() == Some(PluginCode::Callback) {
            let report = misuse(ReportKind::RegistrationInCallback)
                .expected("outside callbacks, in `Init`")
                .actual("by a callback")
                .consequence(format!("It was refused; Suricata would {in_callback}"));
            context::report(host, report);
            return None;
        }
        if !host.callbacks.begin_registration() {
            let report = misuse(ReportKind::ConcurrentRegistration)
                .expected("one registration at a time")
                .actual("while another thread was registering")
                .consequence(
                    "Suricata's lists have no lock; it would lose a registration or crash",
                );
            context::report(host, report);
        }
        Some(Self(host))
    }
}

impl Drop for Registering<'_> {
    fn drop(&mut self) {
        self.0.callbacks.end_registration();
    }
}

#[cfg(test)]
mod tests {
    use crate::Host;
    use crate::noun::report::ReportKind;
    use suricata_thread_sys::{Generation, v8};

    use super::Registering;

    #[test]
    fn registration_from_a_second_thread_at_once() {
        let host = Host::builder()
            .generation(Generation::V8)
            .record_only()
            .build();
        let under_way =
            Registering::begin(&host.state, "first", "", "").expect("nothing forbids it");
        std::thread::scope(|s| {
            let second = std::thread::Builder::new().name("second".to_owned());
            let run = || {
                let _entered = host.enter();
                // SAFETY: the name is static; nothing is ever stored.
                unsafe { v8::ThreadStorageRegister(c"state".as_ptr(), 8, None, None) };
            };
            second.spawn_scoped(s, run).expect("a thread");
        });
        drop(under_way);
        let reports = host.reports();
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].kind, ReportKind::ConcurrentRegistration);
        let text = reports[0].to_string();
        for part in [
            "ThreadStorageRegister",
            "slot \"state\"",
            "`second`",
            "expected one registration at a time",
            "Suricata's lists have no lock",
        ] {
            assert!(text.contains(part), "{text}");
        }
        drop(Registering::begin(&host.state, "third", "", ""));
        assert_eq!(host.reports().len(), 1, "one after the other is fine");
    }
}
