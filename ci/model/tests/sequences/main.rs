//! Runs random sequences of operations on `suricata-thread`, in callbacks of the mock, with the public API only.
//!
//! A plain model of each thread's slots predicts the result of each call, the dropped values, and the number of error
//! lines in the host's log.
//!
//! `PROPTEST_CASES` sets the number of sequences. A sequence that fails is shrunk and kept beside this file; it runs
//! first the next time.

mod op;
mod thread;
mod value;

use std::collections::HashMap;
use std::collections::btree_map::{BTreeMap, Entry};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use proptest::prelude::*;
use suricata_thread::flow::{self, Flow, FlowStorage};
use suricata_thread::{ThreadStorage, ThreadVars, plugin, register_init_callback};
use suricata_thread_mock::{Flow as MockFlow, Host, Thread as MockThread, ThreadKind};
use suricata_thread_sys::common::SCLogLevel;

use op::{Boundary, Op, Work};
use thread::{Slots, Thread};

/// The predictions so far.
#[derive(Default)]
struct Expected {
    /// How often each value was dropped.
    drops: Mutex<BTreeMap<u64, u64>>,
    /// Number of error lines in the host's log.
    errors: AtomicUsize,
    /// Number of panics of callbacks.
    panics: AtomicUsize,
    /// The set that the host refuses: 1 for the next one, 0 for none.
    refused_set: AtomicU64,
    numbers: AtomicU64,
}

impl Expected {
    fn errors(&self, lines: usize) {
        self.errors.fetch_add(lines, SeqCst);
    }

    fn refuses_set(&self) -> bool {
        let count_down = |left: u64| left.checked_sub(1);
        self.refused_set.fetch_update(SeqCst, SeqCst, count_down) == Ok(1)
    }
}

/// The work for a thread, and the model of its slots.
type ThreadWork = Arc<Mutex<(Work, Thread)>>;

/// State that the callbacks share.
#[derive(Default)]
struct Plugin {
    expected: Expected,
    /// The work for the thread that is being created.
    new: Mutex<Work>,
    /// Running threads, by the address of the `ThreadVars`.
    threads: Mutex<HashMap<usize, ThreadWork>>,
    /// Calls of the second callbacks, which run even if the first ones panic.
    calls: AtomicUsize,
}

impl Plugin {
    /// Does the work for a thread.
    fn work(&self, slots: Slots, tv: &mut ThreadVars<'_>, flow: Option<&mut Flow<'_>>) {
        let thread_work = self.thread_work(tv.as_ptr().addr());
        let (work, thread) = &mut *lock(&thread_work);
        thread.work(slots, tv, flow, work, &self.expected);
    }

    fn thread_work(&self, address: usize) -> ThreadWork {
        Arc::clone(&lock(&self.threads)[&address])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers slots, and two callbacks of each kind: one does the work, the other counts.
fn init(plugin: &Arc<Plugin>) -> Result<(), &'static str> {
    let slots = Slots {
        small: ThreadStorage::register("small")?,
        heap: ThreadStorage::register("heap")?,
        large: ThreadStorage::register("large")?,
        aligned: ThreadStorage::register("aligned")?,
        flow_small: FlowStorage::register("small")?,
        flow_heap: FlowStorage::register("heap")?,
    };
    let [a, b, c, d, e, f, g, h] = [(); 8].map(|()| Arc::clone(plugin));
    let count = |plugin: &Plugin| {
        plugin.calls.fetch_add(1, SeqCst);
    };
    register_init_callback(move |tv| {
        let thread_work = (lock(&a.new).clone(), Thread::default());
        lock(&a.threads).insert(tv.as_ptr().addr(), Arc::new(Mutex::new(thread_work)));
        a.work(slots, tv, None);
    })?;
    register_init_callback(move |_| count(&b))?;
    flow::register_init_callback(move |tv, flow, _| c.work(slots, tv, Some(flow)))?;
    flow::register_init_callback(move |_, _, _| count(&d))?;
    flow::register_update_callback(move |tv, flow, _| e.work(slots, tv, Some(flow)))?;
    flow::register_update_callback(move |_, _, _| count(&f))?;
    flow::register_finish_callback(move |tv, flow| g.work(slots, tv, Some(flow)))?;
    flow::register_finish_callback(move |_, _| count(&h))
}

/// A running thread, and its flow.
struct Running {
    thread: MockThread,
    flow: Option<MockFlow>,
}

impl Running {
    /// Runs callbacks for the flow.
    fn call(&mut self, boundary: Boundary, host: &Host, plugin: &Plugin) {
        match boundary {
            Boundary::Init => {
                self.retire(plugin);
                self.thread.flow_init(self.flow.insert(host.flow()));
            }
            Boundary::Update => {
                let flow = self.flow.get_or_insert_with(|| host.flow());
                self.thread.flow_update(flow);
            }
            Boundary::Finish => {
                let flow = self.flow.take().unwrap_or_else(|| host.flow());
                self.thread.flow_finish(flow);
                self.free_flow(plugin);
            }
        }
    }

    fn retire(&mut self, plugin: &Plugin) {
        if let Some(flow) = self.flow.take() {
            self.free_flow(plugin);
            self.thread.flow_retire(flow);
        }
    }

    /// Predicts the end of the flow's storage.
    fn free_flow(&self, plugin: &Plugin) {
        let thread_work = plugin.thread_work(self.thread.as_ptr().addr());
        lock(&thread_work).1.free_flow(&plugin.expected);
    }
}

/// Runs a sequence, and compares after each operation.
fn run(ops: &[Op]) {
    // The process has one ledger of drops.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = lock(&ONE_AT_A_TIME);
    hide_planned_panics();
    value::drops().clear();
    let plugin = Arc::new(Plugin::default());
    let expected = &plugin.expected;
    let host = Host::new();
    host.expect_errors(.., ""); // Planned, and counted by the model.
    plugin::load_in_mock("model", || init(&plugin)).unwrap();
    host.finalize();
    let (mut running, mut joined): (Vec<Running>, Vec<MockThread>) = Default::default();
    let mut calls = 0;
    let free = |thread: &MockThread| {
        let thread_work = lock(&plugin.threads).remove(&thread.as_ptr().addr());
        lock(&thread_work.expect("a thread")).1.free(expected);
    };
    for op in ops {
        match op {
            Op::Spawn(work) => {
                lock(&plugin.new).clone_from(work);
                let name = format!("W#{:02}", running.len() + 1);
                running.push(Running {
                    thread: host.spawn(&name, ThreadKind::Worker),
                    flow: None,
                });
                calls += 1;
            }
            Op::Callbacks(works) => {
                let mut busy: BTreeMap<usize, Boundary> = BTreeMap::new();
                for (number, boundary, work) in works {
                    let Some(at) = usize::from(*number).checked_rem(running.len()) else {
                        continue;
                    };
                    // A thread runs one callback at a time.
                    if let Entry::Vacant(free) = busy.entry(at) {
                        free.insert(*boundary);
                        let address = running[at].thread.as_ptr().addr();
                        lock(&plugin.thread_work(address)).0 = work.clone();
                    }
                }
                if busy.len() > 1 {
                    // Otherwise it would depend on luck which thread's set is refused.
                    host.refuse_set(0);
                    expected.refused_set.store(0, SeqCst);
                }
                calls += busy.len();
                std::thread::scope(|scope| {
                    for (at, running) in running.iter_mut().enumerate() {
                        if let Some(boundary) = busy.remove(&at) {
                            let (host, plugin) = (&host, &plugin);
                            scope.spawn(move || running.call(boundary, host, plugin));
                        }
                    }
                });
            }
            Op::Join(number) => {
                if let Some(at) = usize::from(*number).checked_rem(running.len()) {
                    let mut ended = running.remove(at);
                    ended.retire(&plugin);
                    ended.thread.join();
                    joined.push(ended.thread);
                }
            }
            Op::Free(number) => {
                if let Some(at) = usize::from(*number).checked_rem(joined.len()) {
                    let thread = joined.remove(at);
                    free(&thread);
                    thread.free();
                }
            }
            Op::RefuseSet(after) => {
                host.refuse_set(*after);
                expected.refused_set.store(*after, SeqCst);
            }
        }
        compare(&host, expected, op);
        let called = plugin.calls.load(SeqCst);
        assert_eq!(called, calls, "callbacks run after {op:?}");
    }
    // The host frees threads in the order of their creation, and each thread's slots in theirs.
    for running in &mut running {
        running.retire(&plugin);
    }
    let running = running.iter().map(|running| &running.thread);
    running.chain(&joined).for_each(free);
    host.shutdown();
    compare(&host, expected, &"shutdown");
    host.verify();
}

fn compare(host: &Host, expected: &Expected, after: &dyn std::fmt::Debug) {
    let (drops, expected_drops) = (value::drops(), lock(&expected.drops));
    assert_eq!(*drops, *expected_drops, "drops after {after:?}");
    let (mut errors, count) = (host.log(), expected.errors.load(SeqCst));
    errors.retain(|line| line.level == SCLogLevel::SC_LOG_ERROR);
    let found = errors.len();
    assert_eq!(found, count, "error lines after {after:?}: {errors:#?}");
}

/// Sets a panic hook without the planned panics, whose messages would hide the others.
fn hide_planned_panics() {
    static HIDDEN: Once = Once::new();
    HIDDEN.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // A planned payload that is not text gives one line.
            let text = panic.to_string();
            if text.contains('\n') && !text.contains("\nplanned") {
                before(panic);
            }
        }));
    });
}

proptest! {
    #[test]
    fn every_sequence_does_what_the_model_says(ops in prop::collection::vec(any::<Op>(), 1..60)) {
        run(&ops);
    }
}
