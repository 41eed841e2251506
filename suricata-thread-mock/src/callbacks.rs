//! Thread and flow callbacks: registering and running them.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use suricata_thread_sys::{Flow, Packet, ThreadVars};

use crate::boundary;
use crate::c_api::Function;
use crate::context::{self, PluginCode};
use crate::report::ReportKind;
use crate::shared::Shared;
use crate::storage;
use crate::thread::ThreadState;
use crate::token;

type ThreadInit = unsafe extern "C" fn(*mut ThreadVars, *mut c_void);
type FlowInit = unsafe extern "C" fn(*mut ThreadVars, *mut Flow, *const Packet, *mut c_void);
type FlowUpdate = unsafe extern "C" fn(*mut ThreadVars, *mut Flow, *mut Packet, *mut c_void);
type FlowFinish = unsafe extern "C" fn(*mut ThreadVars, *mut Flow, *mut c_void);

/// The same functions, as they are called: what unwinds out of them is caught.
mod unwinding {
    use super::{Flow, Packet, ThreadVars, c_void};

    pub(super) type ThreadInit = unsafe extern "C-unwind" fn(*mut ThreadVars, *mut c_void);
    pub(super) type FlowInit =
        unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *const Packet, *mut c_void);
    pub(super) type FlowUpdate =
        unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *mut Packet, *mut c_void);
    pub(super) type FlowFinish =
        unsafe extern "C-unwind" fn(*mut ThreadVars, *mut Flow, *mut c_void);
}

/// What a plugin registered with a callback, and gets back with each call.
#[derive(Clone, Copy)]
struct User(*mut c_void);
// SAFETY: the host only passes it on; that a callback may use it on every thread of the host is
// what the plugin promised by registering it.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

/// Callbacks of one kind, in the order of registration. Walked on a snapshot, so that no lock is
/// held while plugin code runs.
struct List<F>(Mutex<Arc<Vec<(F, User)>>>);

impl<F> Default for List<F> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<F: Copy> List<F> {
    fn push(&self, callback: F, user: *mut c_void) {
        Arc::make_mut(&mut *self.0.lock()).push((callback, User(user)));
    }

    fn snapshot(&self) -> Arc<Vec<(F, User)>> {
        Arc::clone(&*self.0.lock())
    }
}

#[derive(Default)]
struct Lists {
    thread_init: List<unwinding::ThreadInit>,
    flow_init: List<unwinding::FlowInit>,
    flow_update: List<unwinding::FlowUpdate>,
    flow_finish: List<unwinding::FlowFinish>,
}

/// The callbacks of a host.
#[derive(Default)]
pub(crate) struct Callbacks(Arc<Lists>);

/// What hosts of this process were given: Suricata never lets go of it, and plugins rely on that.
static KEPT: Mutex<Vec<Arc<Lists>>> = Mutex::new(Vec::new());

impl Callbacks {
    /// How many were registered, of all kinds.
    #[cfg(feature = "open")]
    pub(crate) fn count(&self) -> usize {
        let lists = &self.0;
        lists.thread_init.0.lock().len()
            + lists.flow_init.0.lock().len()
            + lists.flow_update.0.lock().len()
            + lists.flow_finish.0.lock().len()
    }

    pub(crate) fn keep_for_ever(&self) {
        let lists = &self.0;
        let empty = lists.thread_init.0.lock().is_empty()
            && lists.flow_init.0.lock().is_empty()
            && lists.flow_update.0.lock().is_empty()
            && lists.flow_finish.0.lock().is_empty();
        if !empty {
            KEPT.lock().push(Arc::clone(lists));
        }
    }
}

/// A registration that is under way on this thread.
pub(crate) struct Registering<'a>(&'a Shared);

impl<'a> Registering<'a> {
    /// `None` where the registration of `what` must not go on; that has been reported then.
    /// `in_callback` is what Suricata would do with it in a callback.
    pub(crate) fn begin(
        host: &'a Shared,
        call: &str,
        what: &str,
        in_callback: &str,
    ) -> Option<Self> {
        let thread = host.thread_name();
        let key = format!("{call} {what} {thread}");
        if context::plugin_code() == Some(PluginCode::Callback) {
            host.report(
                ReportKind::RegistrationInCallback,
                key,
                format!(
                    "{call} of {what} was called by a callback on thread `{thread}`: expected \
                     outside callbacks, in `Init`. It was refused; Suricata would {in_callback}"
                ),
            );
            return None;
        }
        if host.registering.fetch_add(1, Ordering::SeqCst) > 0 {
            host.report(
                ReportKind::ConcurrentRegistration,
                key,
                format!(
                    "{call} of {what} was called on thread `{thread}` while another thread was \
                     registering: expected one registration at a time. Suricata's lists have no \
                     lock; it would lose a registration or crash"
                ),
            );
        }
        Some(Self(host))
    }
}

impl Drop for Registering<'_> {
    fn drop(&mut self) {
        self.0.registering.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A kind of callback: how it is registered.
struct Kind {
    call: &'static str,
    name: &'static str,
    /// What Suricata would do with one that is registered when there are threads.
    late: &'static str,
}

const FLOW_LATE: &str = "accept it while those threads may be walking the list";

/// Registers a callback in the list that `list` chooses.
fn register<F: Copy>(
    kind: &Kind,
    callback: Option<F>,
    user: *mut c_void,
    list: impl FnOnce(&Lists) -> &List<F>,
) -> bool {
    let Kind { call, name, late } = *kind;
    let Some(host) = context::host_for(call) else {
        return false;
    };
    let in_callback = "add to the list that it is walking, for ever if each callback does so";
    let what = format!("a {name}");
    let Some(_registering) = Registering::begin(&host, call, &what, in_callback) else {
        return false;
    };
    let thread = host.thread_name();
    let key = format!("{call} {thread}");
    let Some(callback) = callback else {
        host.report(
            ReportKind::NullCallback,
            key,
            format!(
                "{call} was called on thread `{thread}` with NULL: expected a callback. It was \
                 refused; Suricata would accept it, and crash when it runs it"
            ),
        );
        return false;
    };
    if host.faults.callback.hit() {
        return false;
    }
    if host.threads_created.load(Ordering::SeqCst) {
        host.report(
            ReportKind::LateRegistration,
            key,
            format!(
                "{call} of a {name} was called on thread `{thread}` after threads were created: \
                 expected before, in `Init`. Suricata would {late}"
            ),
        );
    }
    list(&host.callbacks.0).push(callback, user);
    true
}

pub(crate) fn register_thread_init(callback: Option<ThreadInit>, user: *mut c_void) -> bool {
    let kind = Kind {
        call: "SCThreadRegisterInitCallback",
        name: "thread init callback",
        late: "accept it, and run it for later threads only",
    };
    // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
    let callback: Option<unwinding::ThreadInit> = unsafe { std::mem::transmute(callback) };
    register(&kind, callback, user, |l| &l.thread_init)
}

pub(crate) fn register_flow_init(callback: Option<FlowInit>, user: *mut c_void) -> bool {
    let kind = Kind {
        call: "SCFlowRegisterInitCallback",
        name: "flow init callback",
        late: FLOW_LATE,
    };
    // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
    let callback: Option<unwinding::FlowInit> = unsafe { std::mem::transmute(callback) };
    register(&kind, callback, user, |l| &l.flow_init)
}

pub(crate) fn register_flow_update(callback: Option<FlowUpdate>, user: *mut c_void) -> bool {
    let kind = Kind {
        call: "SCFlowRegisterUpdateCallback",
        name: "flow update callback",
        late: FLOW_LATE,
    };
    // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
    let callback: Option<unwinding::FlowUpdate> = unsafe { std::mem::transmute(callback) };
    register(&kind, callback, user, |l| &l.flow_update)
}

pub(crate) fn register_flow_finish(callback: Option<FlowFinish>, user: *mut c_void) -> bool {
    let kind = Kind {
        call: "SCFlowRegisterFinishCallback",
        name: "flow finish callback",
        late: FLOW_LATE,
    };
    // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
    let callback: Option<unwinding::FlowFinish> = unsafe { std::mem::transmute(callback) };
    register(&kind, callback, user, |l| &l.flow_finish)
}

/// One of the four occasions on which the host runs callbacks.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    ThreadInit,
    FlowInit(*mut Flow, *const Packet),
    FlowUpdate(*mut Flow, *mut Packet),
    FlowFinish(*mut Flow),
}

// SAFETY: the pointers are only passed on, never looked behind.
unsafe impl Send for Event {}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::ThreadInit => "thread init callback",
            Self::FlowInit(..) => "flow init callback",
            Self::FlowUpdate(..) => "flow update callback",
            Self::FlowFinish(..) => "flow finish callback",
        }
    }
}

/// Runs the callbacks for an event with the `ThreadVars` of a thread, or NULL, on the current
/// thread. The caller sees to it that nothing else is using that thread's storage.
pub(crate) fn run(host: &Arc<Shared>, thread: Option<&ThreadState>, event: Event) {
    let tv: *mut ThreadVars = thread.map_or(std::ptr::null_mut(), |t| token::as_ptr(t.token));
    let lists = &host.callbacks.0;
    match event {
        Event::ThreadInit => each(host, thread, event, &lists.thread_init, |f, user| {
            // SAFETY: the plugin registered both for calls such as this one.
            unsafe { f(tv, user) }
        }),
        Event::FlowInit(flow, packet) => each(host, thread, event, &lists.flow_init, |f, user| {
            // SAFETY: the plugin registered both for calls such as this one.
            unsafe { f(tv, flow, packet, user) }
        }),
        Event::FlowUpdate(flow, packet) => {
            each(host, thread, event, &lists.flow_update, |f, user| {
                // SAFETY: the plugin registered both for calls such as this one.
                unsafe { f(tv, flow, packet, user) }
            });
        }
        Event::FlowFinish(flow) => each(host, thread, event, &lists.flow_finish, |f, user| {
            // SAFETY: the plugin registered both for calls such as this one.
            unsafe { f(tv, flow, user) }
        }),
    }
}

fn each<F: Copy>(
    host: &Arc<Shared>,
    thread: Option<&ThreadState>,
    event: Event,
    list: &List<F>,
    call: impl Fn(F, *mut c_void),
) {
    for (i, &(callback, User(user))) in list.snapshot().iter().enumerate() {
        let what = || {
            format!(
                "{} {} (in order of registration) for thread `{}`",
                event.name(),
                i + 1,
                thread.map_or("NULL", |t| &t.name)
            )
        };
        // The other callbacks go on after one that panicked; it was reported.
        let _ = boundary::call(host, PluginCode::Callback, what, || call(callback, user));
    }
}

/// The host-only C functions that run callbacks.
pub(crate) fn run_raw(function: Function, tv: *mut ThreadVars, event: Event) {
    let call = function.name;
    if tv.is_null() {
        let Some(host) = context::host_for(call) else {
            return;
        };
        if !host.refuses_to_plugins(call) {
            run(&host, None, event);
        }
        return;
    }
    let Some(thread) = storage::thread_of(function, tv, None) else {
        return;
    };
    if !thread.host.refuses_to_plugins(call) {
        run(&thread.host, Some(&thread), event);
    }
}

#[cfg(test)]
mod tests {
    use crate::Host;
    use crate::report::ReportKind;
    use suricata_thread_sys::{Generation, v8};

    use super::Registering;

    #[test]
    fn registration_from_a_second_thread_at_once() {
        let host = Host::builder()
            .generation(Generation::V8)
            .record_only()
            .build();
        let under_way =
            Registering::begin(&host.shared, "first", "", "").expect("nothing forbids it");
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
        for part in [
            "ThreadStorageRegister",
            "slot \"state\"",
            "`second`",
            "expected one registration at a time",
            "Suricata's lists have no lock",
        ] {
            assert!(reports[0].message.contains(part), "{}", reports[0]);
        }
        drop(Registering::begin(&host.shared, "third", "", ""));
        assert_eq!(host.reports().len(), 1, "one after the other is fine");
    }
}
