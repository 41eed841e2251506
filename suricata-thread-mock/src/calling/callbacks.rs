//! Running callbacks.

use std::ffi::c_void;
use std::sync::Arc;

use suricata_thread_sys::ThreadVars;

use crate::calling::boundary;
use crate::noun::event::{Event, List, User};
use crate::noun::token;
use crate::noun::words::{Code, PluginCode};
use crate::state::host::HostState;
use crate::state::threads::ThreadState;

/// Nothing else may use the thread's storage meanwhile.
pub(crate) fn run(host: &Arc<HostState>, thread: Option<&ThreadState>, event: Event) {
    let tv: *mut ThreadVars = thread.map_or(std::ptr::null_mut(), |t| token::as_ptr(t.cells.token));
    let lists = &host.callbacks.lists;
    match event {
        Event::ThreadInit => each(host, thread, event, &lists.thread_init, |f, user| {
            // SAFETY: the plugin registered both for such calls.
            unsafe { f(tv, user) }
        }),
        Event::FlowInit(flow, packet) => each(host, thread, event, &lists.flow_init, |f, user| {
            // SAFETY: the plugin registered both for such calls.
            unsafe { f(tv, flow, packet, user) }
        }),
        Event::FlowUpdate(flow, packet) => {
            each(host, thread, event, &lists.flow_update, |f, user| {
                // SAFETY: the plugin registered both for such calls.
                unsafe { f(tv, flow, packet, user) }
            });
        }
        Event::FlowFinish(flow) => each(host, thread, event, &lists.flow_finish, |f, user| {
            // SAFETY: the plugin registered both for such calls.
            unsafe { f(tv, flow, user) }
        }),
    }
}

fn each<F: Copy>(
    host: &Arc<HostState>,
    thread: Option<&ThreadState>,
    event: Event,
    list: &List<F>,
    call: impl Fn(F, *mut c_void),
) {
    for (i, (callback, User { pointer, plugin })) in list.iter().enumerate() {
        let describe = || {
            format!(
                "{} {} (in order of registration) for thread `{}`",
                event.name(),
                i + 1,
                thread.map_or("NULL", |t| t.name())
            )
        };
        let code = Code {
            kind: PluginCode::Callback,
            name: event.name(),
            plugin,
        };
        // A panic was reported; the other callbacks still run.
        let _ = boundary::call(host, code, describe, || call(callback, pointer));
    }
}
