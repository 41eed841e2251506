//! The threads of a host.

use std::ffi::{c_int, c_void};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle, ThreadId};

use parking_lot::{Condvar, Mutex};
use suricata_thread_sys::ThreadVars;

use crate::callbacks::{self, Event};
use crate::context;
use crate::flow::{Flow, Packet};
use crate::job::{Job, Work, rethrow, run_all};
use crate::shared::Shared;
use crate::slots::Table;
use crate::storage::{self, Value};
use crate::token;

/// What a thread does in Suricata. Every kind gets its init callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThreadKind {
    /// Reads packets and hands them to workers, in `autofp`: `RX#01`.
    Receiver,
    /// Handles packets: `W#01`; with the name of the interface in live modes: `W#01-eth0`.
    Worker,
    /// Times flows out: `FM#01`.
    FlowManager,
    /// Finishes flows: `FR#01`.
    FlowRecycler,
    /// Gathers or writes counters: `CW`, `CS`. Only where statistics are on.
    Counters,
    /// Takes commands: `US`, the unix manager. Only where the command socket is on. The host never
    /// frees its storage.
    Command,
}

impl ThreadKind {
    pub(crate) fn handles_packets(self) -> bool {
        matches!(self, Self::Receiver | Self::Worker)
    }
}

/// A value on a thread that the host never frees.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftValue {
    /// The thread.
    pub thread: String,
    /// The slot's name.
    pub slot: String,
    /// The slot's id.
    pub id: c_int,
}

/// Who may use a `ThreadVars`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The thread that creates it.
    Created(ThreadId),
    /// Its own OS thread.
    Running(ThreadId),
    /// The thread that joined it.
    Joined(ThreadId),
    /// The thread that joined it, for as long as the host is there, which never frees it.
    Left(ThreadId),
    /// The thread that frees it.
    Freeing(ThreadId),
    /// Nobody.
    Freed,
}

impl Stage {
    pub(crate) fn owner(self) -> &'static str {
        match self {
            Self::Created(_) => "the thread that is creating it",
            Self::Running(_) => "that thread itself, which is running",
            Self::Joined(_) | Self::Left(_) => "the thread that has joined it",
            Self::Freeing(_) => "the thread that is taking it down",
            Self::Freed => "no thread",
        }
    }
}

/// What the host keeps for a thread: what a `ThreadVars` stands for.
pub(crate) struct ThreadState {
    pub(crate) host: Arc<Shared>,
    pub(crate) token: usize,
    pub(crate) name: String,
    pub(crate) kind: ThreadKind,
    pub(crate) table: Table,
    pub(crate) values: Mutex<Vec<Value>>,
    pub(crate) stage: Mutex<Stage>,
    freed: Condvar,
    pub(crate) jobs: Mutex<Option<Sender<Job>>>,
    os_thread: Mutex<Option<JoinHandle<()>>>,
}

/// What a thread of Suricata has on Linux, where nothing else is configured; Rust's default is less,
/// and a plugin that is fine there must be fine here.
const STACK: usize = 8 << 20;

/// Values of threads that are never freed. They stay reachable, as in Suricata.
static LEFT: Mutex<Vec<Value>> = Mutex::new(Vec::new());

impl ThreadState {
    pub(crate) fn slot_name(&self, index: usize) -> String {
        let id = self.table.base + index as c_int;
        format!("`{}` (id {id})", self.table.slots[index].name)
    }

    /// Has the OS thread finish its jobs and waits for its end. `what` wants it.
    pub(crate) fn join(&self, what: &str) {
        let _waiting = context::wait_for(self.token, what, &self.name);
        let mut os_thread = self.os_thread.lock();
        let Some(handle) = os_thread.take() else {
            return;
        };
        drop(self.jobs.lock().take());
        if handle.join().is_err() {
            // Of no plugin: jobs catch their panics, and one of a thread-local's destructor ends the
            // process.
            eprintln!(
                "suricata-thread-mock: thread `{}` ended by a panic of the mock's own",
                self.name
            );
        }
        *self.stage.lock() = Stage::Joined(thread::current().id());
    }

    /// Frees the storage on the current thread, if the host does that for this kind. Where another
    /// thread is doing that, waits for it. (This one cannot be: then it is running free functions,
    /// which may not drive the host.)
    pub(crate) fn free(self: &Arc<Self>, what: &'static str) {
        if self.kind == ThreadKind::Command {
            self.leave();
            return;
        }
        {
            let mut stage = self.stage.lock();
            match *stage {
                Stage::Joined(_) => *stage = Stage::Freeing(thread::current().id()),
                Stage::Freeing(_) | Stage::Freed => {
                    while *stage != Stage::Freed {
                        self.freed.wait(&mut stage);
                    }
                    return;
                }
                Stage::Created(_) | Stage::Running(_) | Stage::Left(_) => {
                    drop(stage);
                    panic!(
                        "thread `{}` is running: join it before it is freed",
                        self.name
                    );
                }
            }
        }
        storage::free_all(what, self);
        storage::report_left(what, self);
        *self.stage.lock() = Stage::Freed;
        self.freed.notify_all();
    }

    /// Notes what a thread holds that is never freed.
    fn leave(&self) {
        {
            let mut stage = self.stage.lock();
            if let Stage::Joined(id) = *stage {
                *stage = Stage::Left(id);
            }
        }
        let values = self.values.lock();
        for (index, value) in values.iter().enumerate() {
            if value.ptr.is_null() {
                continue;
            }
            LEFT.lock().push(*value);
            self.host.left(LeftValue {
                thread: self.name.clone(),
                slot: self.table.slots[index].name.clone(),
                id: self.table.base + index as c_int,
            });
        }
    }

    /// The host has ended: the `ThreadVars` stands for nothing any more.
    pub(crate) fn end(&self) {
        token::end(self.token, &self.name);
    }
}

/// A thread of a host, and the way to have it do something.
///
/// What is done on it is done on its own OS thread, one after the other, while the caller waits.
/// Clones are the same thread.
///
/// # Panics
/// Every method that does something on the thread panics where
/// [a host must not be driven](crate::Host#panics), once the thread has been joined, and where a job
/// would wait for itself.
#[derive(Clone)]
pub struct Thread {
    pub(crate) state: Arc<ThreadState>,
}

impl std::fmt::Debug for Thread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Thread")
            .field("name", &self.state.name)
            .field("kind", &self.state.kind)
            .finish_non_exhaustive()
    }
}

/// Ends [`Shared::begin_creation`].
struct Creating<'a>(&'a Shared);

impl Drop for Creating<'_> {
    fn drop(&mut self) {
        self.0.end_creation();
    }
}

impl Thread {
    pub(crate) fn of(state: Arc<ThreadState>) -> Self {
        Self { state }
    }

    /// The error says which thread the system refused.
    pub(crate) fn spawn(host: &Arc<Shared>, name: &str, kind: ThreadKind) -> io::Result<Self> {
        assert!(
            !name.contains('\0'),
            "a thread cannot have the name {name:?}, with NUL in it"
        );
        assert!(
            host.begin_creation(),
            "thread `{name}` was created after the host was shut down"
        );
        let _creating = Creating(host);
        host.threads_created.store(true, Ordering::SeqCst);
        let table = host.slots.table();
        let state = Arc::new(ThreadState {
            host: Arc::clone(host),
            token: token::new(),
            name: name.to_owned(),
            kind,
            values: Mutex::new(vec![Value::default(); table.slots.len()]),
            table,
            stage: Mutex::new(Stage::Created(thread::current().id())),
            freed: Condvar::new(),
            jobs: Mutex::default(),
            os_thread: Mutex::default(),
        });
        token::insert(&state);
        callbacks::run(host, Some(&state), Event::ThreadInit);
        let (jobs, todo) = mpsc::channel();
        let os_thread = thread::Builder::new()
            .name(name.to_owned())
            .stack_size(STACK);
        let started = os_thread.spawn({
            let (host, token) = (Arc::clone(host), state.token);
            move || work(&host, token, &todo)
        });
        let os_thread = match started {
            Ok(os_thread) => os_thread,
            Err(e) => {
                // What the callbacks stored is freed with the rest of the host.
                *state.stage.lock() = Stage::Joined(thread::current().id());
                host.threads.lock().push(state);
                let message = format!("the system refused thread `{name}`: {e}");
                return Err(io::Error::new(e.kind(), message));
            }
        };
        // From here on only the OS thread uses the storage, once it has a job.
        *state.stage.lock() = Stage::Running(os_thread.thread().id());
        *state.os_thread.lock() = Some(os_thread);
        *state.jobs.lock() = Some(jobs);
        host.threads.lock().push(Arc::clone(&state));
        Ok(Self { state })
    }

    /// The name.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// assert_eq!(host.spawn("W#01", ThreadKind::Worker).name(), "W#01");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.state.name
    }

    /// What it does in Suricata.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode, ThreadKind};
    /// let host = Host::new();
    /// assert_eq!(host.start(RunMode::Single).workers[0].kind(), ThreadKind::Worker);
    /// ```
    #[must_use]
    pub fn kind(&self) -> ThreadKind {
        self.state.kind
    }

    /// The pointer that plugins get for it: a token with no memory behind it.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// assert!(worker.run(|tv| tv == worker.as_ptr()));
    /// ```
    #[must_use]
    pub fn as_ptr(&self) -> *mut ThreadVars {
        token::as_ptr(self.state.token)
    }

    /// Whether it runs: it was not joined.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// assert!(worker.is_running());
    /// worker.join();
    /// assert!(!worker.is_running());
    /// ```
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(*self.state.stage.lock(), Stage::Running(_))
    }

    /// Runs `job` on the thread and returns its result.
    ///
    /// `job` gets the `ThreadVars` for itself: no callback runs with it meanwhile.
    ///
    /// # Panics
    /// With the panic of `job`, and see [`Thread`].
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// let mut jobs = 0; // A job may borrow: `run` waits for it.
    /// let name = worker.run(|_tv| {
    ///     jobs += 1;
    ///     std::thread::current().name().map(str::to_owned)
    /// });
    /// assert_eq!((jobs, name.as_deref()), (1, Some("W#01")));
    /// ```
    pub fn run<R: Send>(&self, job: impl FnOnce(*mut ThreadVars) -> R + Send) -> R {
        let result = Mutex::new(None);
        let token = self.state.token;
        let work: Work<'_> = Box::new(|| {
            *result.lock() = Some(job(token::as_ptr(token)));
        });
        if let Err(payload) = run_all("Thread::run", vec![(self, work)]) {
            rethrow(payload);
        }
        result
            .into_inner()
            .expect("work that did not panic has a result")
    }

    pub(crate) fn event(&self, what: &'static str, event: Event) {
        let state = &self.state;
        let work: Work<'_> = Box::new(move || callbacks::run(&state.host, Some(state), event));
        if let Err(payload) = run_all(what, vec![(self, work)]) {
            rethrow(payload);
        }
    }

    /// Picks a flow up: runs the flow init callbacks on the thread.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// # use suricata_thread_sys::common::SCFlowRegisterInitCallback;
    /// # use suricata_thread_sys::{Flow, Packet, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(_: *mut ThreadVars, _: *mut Flow, _: *const Packet, _: *mut c_void) {
    /// #     FLOWS.fetch_add(1, Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow` counts its calls in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterInitCallback(Some(on_flow), null_mut()) };
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// worker.flow_init(&host.flow());
    /// assert_eq!(FLOWS.load(Relaxed), 1);
    /// ```
    pub fn flow_init(&self, flow: &Flow) {
        let packet = Packet::new();
        self.event(
            "Thread::flow_init",
            Event::FlowInit(flow.as_ptr(), packet.as_ptr()),
        );
    }

    /// Handles a packet of a flow: runs the flow update callbacks on the thread.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// # use suricata_thread_sys::common::SCFlowRegisterUpdateCallback;
    /// # use suricata_thread_sys::{Flow, Packet, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(_: *mut ThreadVars, _: *mut Flow, _: *mut Packet, _: *mut c_void) {
    /// #     FLOWS.fetch_add(1, Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow` counts its calls in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterUpdateCallback(Some(on_flow), null_mut()) };
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// let flow = host.flow();
    /// worker.flow_update(&flow);
    /// worker.flow_update(&flow);
    /// assert_eq!(FLOWS.load(Relaxed), 2);
    /// ```
    pub fn flow_update(&self, flow: &Flow) {
        let packet = Packet::new();
        self.event(
            "Thread::flow_update",
            Event::FlowUpdate(flow.as_ptr(), packet.as_ptr()),
        );
    }

    /// Retires a flow: runs the flow finish callbacks on the thread. In Suricata that is usually
    /// the flow recycler or the flow manager.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// # use suricata_thread_sys::common::SCFlowRegisterFinishCallback;
    /// # use suricata_thread_sys::{Flow, ThreadVars};
    /// # static FLOWS: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn on_flow(_: *mut ThreadVars, _: *mut Flow, _: *mut c_void) {
    /// #     FLOWS.fetch_add(1, Relaxed);
    /// # }
    /// let host = Host::new();
    /// // SAFETY: `on_flow`, a flow finish callback, counts its calls in `FLOWS`, and uses no pointer.
    /// unsafe { SCFlowRegisterFinishCallback(Some(on_flow), null_mut()) };
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
    /// let flow = host.flow();
    /// worker.flow_init(&flow);
    /// recycler.flow_finish(flow);
    /// assert_eq!(FLOWS.load(Relaxed), 1);
    /// ```
    pub fn flow_finish(&self, flow: Flow) {
        flow.finish(&self.state.host, |event| {
            self.event("Thread::flow_finish", event);
        });
    }

    /// Has the OS thread end and waits for that. The storage is still there. A second call does
    /// nothing.
    ///
    /// # Panics
    /// See [`Thread`].
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_sys::ThreadVars;
    /// # use suricata_thread_sys::v8::{
    /// #     ThreadSetStorageById, ThreadStorageId, ThreadStorageRegister,
    /// # };
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// # fn register() -> ThreadStorageId {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) }
    /// # }
    /// # fn set(tv: *mut ThreadVars, slot: ThreadStorageId, value: usize) -> bool {
    /// #     // SAFETY: the host's pointer and id; `free` takes any value.
    /// #     unsafe { ThreadSetStorageById(tv, slot, std::ptr::without_provenance_mut(value)) == 0 }
    /// # }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = register(); // calls SCThreadStorageRegister
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// worker.run(move |tv| set(tv, slot, 7)); // calls ThreadSetStorageById
    /// worker.join();
    /// assert_eq!(worker.peek(slot.id).addr(), 7);
    /// ```
    pub fn join(&self) {
        context::assert_drivable(&self.state.host, "Thread::join");
        self.state.join("Thread::join");
    }

    /// Frees the storage on the current thread, slot by slot in the order of the ids, and after
    /// that the `ThreadVars`. A second call does nothing, nor does one for
    /// [`ThreadKind::Command`]: the host never frees those.
    ///
    /// # Panics
    /// Where the thread was not joined, and see [`Thread`].
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_sys::ThreadVars;
    /// # use suricata_thread_sys::v8::{
    /// #     ThreadSetStorageById, ThreadStorageId, ThreadStorageRegister,
    /// # };
    /// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    /// # static FREED: AtomicU64 = AtomicU64::new(0);
    /// # unsafe extern "C" fn free(_: *mut c_void) {
    /// #     FREED.fetch_add(1, Relaxed);
    /// # }
    /// # fn register() -> ThreadStorageId {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) }
    /// # }
    /// # fn set(tv: *mut ThreadVars, slot: ThreadStorageId, value: usize) -> bool {
    /// #     // SAFETY: the host's pointer and id; `free` takes any value.
    /// #     unsafe { ThreadSetStorageById(tv, slot, std::ptr::without_provenance_mut(value)) == 0 }
    /// # }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = register(); // calls SCThreadStorageRegister
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// worker.run(move |tv| set(tv, slot, 7)); // calls ThreadSetStorageById
    /// worker.join();
    /// worker.free();
    /// assert_eq!(FREED.load(Relaxed), 1); // The slot's free function counts its calls.
    /// assert!(worker.peek(slot.id).is_null());
    /// ```
    pub fn free(&self) {
        context::assert_drivable(&self.state.host, "Thread::free");
        if self.state.kind != ThreadKind::Command {
            self.state.free("Thread::free");
        }
    }

    /// What a slot holds, without counting as a call of the plugin. NULL for an id that this
    /// thread has no slot for.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_sys::ThreadVars;
    /// # use suricata_thread_sys::v8::{
    /// #     ThreadSetStorageById, ThreadStorageId, ThreadStorageRegister,
    /// # };
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// # fn register() -> ThreadStorageId {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) }
    /// # }
    /// # fn set(tv: *mut ThreadVars, slot: ThreadStorageId, value: usize) -> bool {
    /// #     // SAFETY: the host's pointer and id; `free` takes any value.
    /// #     unsafe { ThreadSetStorageById(tv, slot, std::ptr::without_provenance_mut(value)) == 0 }
    /// # }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = register(); // calls SCThreadStorageRegister
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// worker.run(move |tv| set(tv, slot, 7)); // calls ThreadSetStorageById
    /// assert_eq!(worker.peek(slot.id).addr(), 7);
    /// assert!(worker.peek(slot.id + 1).is_null());
    /// ```
    #[must_use]
    pub fn peek(&self, id: c_int) -> *mut c_void {
        match self.state.table.index(id) {
            Some(index) => self.state.values.lock()[index].ptr,
            None => std::ptr::null_mut(),
        }
    }
}

/// The life of the OS thread.
fn work(host: &Arc<Shared>, token: usize, todo: &Receiver<Job>) {
    context::enter(host);
    context::set_worker(token);
    for job in todo {
        job.run();
    }
}
