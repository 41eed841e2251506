//! The one place where the host calls plugin code.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::calling::belonging;
use crate::calling::context::{self, InPlugin};
use crate::noun::language::{self, Language};
use crate::noun::report::{Report, ReportKind};
use crate::noun::words::{Code, PluginCode};
use crate::state::host::HostState;

/// Calls plugin code; the error is a panic's message.
///
/// No lock may be held, since plugin code calls the C API.
#[inline]
pub(crate) fn call<R>(
    host: &Arc<HostState>,
    code: Code,
    describe: impl FnOnce() -> String,
    plugin: impl FnOnce() -> R,
) -> Result<R, String> {
    let result = {
        let _in_plugin = InPlugin::new(host, code);
        // The payload is dropped in here too: its `Drop` is plugin code.
        catch_unwind(AssertUnwindSafe(plugin)).map_err(panic_message)
    };
    result.inspect_err(|message| report(host, code, describe(), message))
}

#[cold]
fn report(host: &HostState, code: Code, callee: String, message: &str) {
    let report = Report::new(
        ReportKind::PanicAtBoundary,
        callee,
        context::thread_name(host),
    )
    .expected("it to return")
    .actual(format!("it panicked: {message}"))
    .consequence(
        "The panic reached the C boundary; Suricata would crash or continue with corrupt memory",
    );
    let report = Report {
        plugin: code.plugin,
        ..report
    };
    context::report(host, report);
}

/// Runs an `Init`. Returns `false` if it panics, or if this thread has no host that takes one now.
pub(crate) fn run_init(name: Option<&'static str>, init: impl FnOnce()) -> bool {
    let Some(host) = belonging::host() else {
        return false;
    };
    if context::plugin_code().is_some() || host.slots.is_finalized() {
        return false;
    }
    if let Some(name) = name {
        language::note(name, Language::Rust);
    }
    let describe = || format!("Init on thread `{}`", context::thread_name(&host));
    let code = Code {
        kind: PluginCode::Loading,
        name: "Init",
        plugin: name,
    };
    call(&host, code, describe, init).is_ok()
}

/// Returns the message, and drops the payload whatever its `Drop` does.
fn panic_message(payload: Box<dyn Any + Send>) -> String {
    let message = if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "(a payload that is not text)".to_owned()
    };
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // Dropping this one could panic again, and so on; a text has no destructor.
        if !(second.is::<&str>() || second.is::<String>()) {
            std::mem::forget(second);
        }
    }
    message
}
