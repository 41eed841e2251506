//! The real thing: `suricata-thread` on the mock.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};

use suricata_thread::{self as thread, ThreadStorage, ThreadVars, flow, plugin, sys};
use suricata_thread_mock::{Host, Thread, ThreadKind};

use crate::model::{Job, Model, Outcome, Step};
use crate::op::{Action, Boundary, Fate, Kind, Make, SLOTS};
use crate::value::{self, Aligned, Heap, Large, NEXT, NoSize, Small, Value, panic_with};

/// A host that has run the plugin's `init`, and its threads.
pub struct Real {
    threads: Vec<Thread>,
    // Dropped before the lock is let go of.
    host: Host,
    plugin: Arc<Plugin>,
    _one_at_a_time: MutexGuard<'static, ()>,
}

/// What the callbacks share.
#[derive(Default)]
struct Plugin {
    slots: OnceLock<Slots>,
    /// For a thread that does not exist yet.
    first_job: Mutex<Option<Job>>,
    /// For the thread with the `ThreadVars` at this address.
    jobs: Mutex<HashMap<usize, Job>>,
    outcomes: Mutex<HashMap<usize, Vec<Outcome>>>,
    calls: AtomicUsize,
}

struct Slots {
    small: ThreadStorage<Small>,
    heap: ThreadStorage<Heap>,
    large: ThreadStorage<Large>,
    aligned: ThreadStorage<Aligned>,
    no_size: ThreadStorage<NoSize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Real {
    /// Runs the plugin's `init`.
    ///
    /// # Panics
    ///
    /// If something is refused.
    #[allow(clippy::new_without_default, reason = "it takes a lock")]
    pub fn new() -> Self {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let one_at_a_time = lock(&ONE_AT_A_TIME);
        hide_planned_panics();
        value::drops().clear();
        let plugin = Arc::new(Plugin::default());
        let host = Host::new();
        let init = || {
            let slots = Slots {
                small: ThreadStorage::register("small")?,
                heap: ThreadStorage::register("heap")?,
                large: ThreadStorage::register("large")?,
                aligned: ThreadStorage::register("aligned")?,
                no_size: ThreadStorage::register("no size")?,
            };
            assert!(plugin.slots.set(slots).is_ok());
            register_callbacks(&plugin)
        };
        // SAFETY: this thread drives the mock, so nothing else runs on it until `init` has returned.
        unsafe { plugin::run_init("model", init) };
        host.finalize();
        Self {
            threads: Vec::new(),
            host,
            plugin,
            _one_at_a_time: one_at_a_time,
        }
    }

    /// Does what the model did last, and compares.
    ///
    /// # Panics
    ///
    /// Where something differs.
    pub fn step(&mut self, model: &Model) {
        let outcomes = self.perform(&model.step);
        assert_eq!(outcomes, model.outcomes, "results of {:?}", model.step);
        self.compare(model);
    }

    /// Compares what can be seen from outside.
    ///
    /// # Panics
    ///
    /// Where something differs.
    pub fn compare(&self, model: &Model) {
        let drops: BTreeMap<u64, u64> = value::drops().clone();
        assert_eq!(drops, model.drops, "drops after {:?}", model.step);
        let errors: Vec<_> = self
            .host
            .log()
            .into_iter()
            .filter(|line| line.level == sys::common::SCLogLevel::SC_LOG_ERROR)
            .map(|line| line.message)
            .collect();
        assert_eq!(
            errors.len(),
            model.errors,
            "error lines after {:?}: {errors:#?}",
            model.step
        );
        let calls = self.plugin.calls.load(SeqCst);
        assert_eq!(calls, model.calls, "callbacks run after {:?}", model.step);
    }

    /// Ends the host, whose model has ended too.
    ///
    /// # Panics
    ///
    /// Where something differs, and where the mock has something to report.
    pub fn shutdown(self, model: &Model) {
        self.host.shutdown();
        self.compare(model);
        assert_eq!(
            self.host.left_values().len(),
            model.left(),
            "values that stay for ever"
        );
        self.host.verify();
    }

    fn perform(&mut self, step: &Step) -> Vec<Vec<Outcome>> {
        match step {
            Step::Nothing => {}
            Step::Spawn(kind, job) => {
                let (name, kind) = match kind {
                    Kind::Worker => ("W", ThreadKind::Worker),
                    Kind::Recycler => ("FR", ThreadKind::FlowRecycler),
                    Kind::Command => ("US", ThreadKind::Command),
                };
                *lock(&self.plugin.first_job) = Some(job.clone());
                let thread = self
                    .host
                    .spawn(&format!("{name}#{}", self.threads.len() + 1), kind);
                lock(&self.plugin.first_job).take();
                let outcomes = vec![self.outcomes_of(&thread)];
                self.threads.push(thread);
                return outcomes;
            }
            Step::Callback(boundary, thread, job) => {
                let thread = &self.threads[*thread];
                self.plugin.prepare(thread, job);
                let flow = self.host.flow();
                match boundary {
                    Boundary::FlowInit => thread.flow_init(&flow),
                    Boundary::FlowUpdate => thread.flow_update(&flow),
                    Boundary::FlowFinish => thread.flow_finish(flow),
                }
                return vec![self.outcomes_of(thread)];
            }
            Step::Together(jobs) => {
                self.host.refuse_set(0);
                std::thread::scope(|scope| {
                    for (thread, job) in jobs {
                        let thread = &self.threads[*thread];
                        self.plugin.prepare(thread, job);
                        let flow = self.host.flow();
                        scope.spawn(move || thread.flow_update(&flow));
                    }
                });
                let threads = jobs.iter().map(|(thread, _)| &self.threads[*thread]);
                return threads.map(|thread| self.outcomes_of(thread)).collect();
            }
            Step::Join(thread) => self.threads[*thread].join(),
            Step::Free(thread) => self.threads[*thread].free(),
            Step::RefuseSet(n) => self.host.refuse_set(*n),
        }
        Vec::new()
    }

    fn outcomes_of(&self, thread: &Thread) -> Vec<Outcome> {
        let address = thread.as_ptr().addr();
        lock(&self.plugin.outcomes)
            .remove(&address)
            .unwrap_or_default()
    }
}

/// Two of each kind: one that works, and one that counts, whatever became of the first.
fn register_callbacks(plugin: &Arc<Plugin>) -> Result<(), &'static str> {
    let new = || Arc::clone(plugin);
    let (first, second) = (new(), new());
    thread::register_init_callback(move |tv| {
        let job = lock(&first.first_job).take();
        first.work(tv, job);
    })?;
    thread::register_init_callback(move |_| second.count())?;
    let (first, second) = (new(), new());
    flow::register_init_callback(move |tv, _, _| first.work_of(tv))?;
    flow::register_init_callback(move |_, _, _| second.count())?;
    let (first, second) = (new(), new());
    flow::register_update_callback(move |tv, _, _| first.work_of(tv))?;
    flow::register_update_callback(move |_, _, _| second.count())?;
    let (first, second) = (new(), new());
    flow::register_finish_callback(move |tv, _| first.work_of(tv))?;
    flow::register_finish_callback(move |_, _| second.count())
}

impl Plugin {
    /// Leaves work for the next callback on a thread.
    fn prepare(&self, thread: &Thread, job: &Job) {
        lock(&self.jobs).insert(thread.as_ptr().addr(), job.clone());
    }

    fn count(&self) {
        self.calls.fetch_add(1, SeqCst);
    }

    fn work_of(&self, tv: &mut ThreadVars<'_>) {
        let job = lock(&self.jobs).remove(&tv.as_ptr().addr());
        self.work(tv, job);
    }

    fn work(&self, tv: &mut ThreadVars<'_>, job: Option<Job>) {
        for (action, caught, number) in job.expect("there is work for each callback") {
            let outcome = if caught {
                match catch_unwind(AssertUnwindSafe(|| self.action(tv, action, number))) {
                    Ok(outcome) => outcome,
                    Err(payload) => {
                        value::let_go(payload);
                        Outcome::Caught
                    }
                }
            } else {
                self.action(tv, action, number)
            };
            // One by one, since the next may panic.
            lock(&self.outcomes)
                .entry(tv.as_ptr().addr())
                .or_default()
                .push(outcome);
        }
    }

    fn action(&self, tv: &mut ThreadVars<'_>, action: Action, number: u64) -> Outcome {
        match action {
            Action::Get(slot)
            | Action::GetMut(slot)
            | Action::Contains(slot)
            | Action::Insert(slot, _, _)
            | Action::Replace(slot, _)
            | Action::Take(slot) => {
                let slots = self.slots.get().expect("init has run");
                match usize::from(slot) % SLOTS {
                    0 => self.on(slots.small, tv, action, number),
                    1 => self.on(slots.heap, tv, action, number),
                    2 => self.on(slots.large, tv, action, number),
                    3 => self.on(slots.aligned, tv, action, number),
                    _ => self.on(slots.no_size, tv, action, number),
                }
            }
            Action::Panic(payload) => panic_with(payload),
        }
    }

    fn on<T: Value>(
        &self,
        slot: ThreadStorage<T>,
        tv: &mut ThreadVars<'_>,
        action: Action,
        number: u64,
    ) -> Outcome {
        match action {
            Action::Get(_) => Outcome::Value(slot.get(tv).map(T::seen)),
            Action::GetMut(_) => Outcome::Value(slot.get_mut(tv).map(|value| {
                value.mark();
                value.seen()
            })),
            Action::Contains(_) => Outcome::Is(slot.contains(tv)),
            Action::Insert(_, make, fate) => insert(slot, tv, make, number, fate),
            Action::Replace(_, fate) => match slot.replace(tv, T::new(number, fate)) {
                Ok(old) => self.let_go(old),
                Err(refused) => {
                    let value = refused.into_value();
                    drop(value);
                    Outcome::Refused
                }
            },
            Action::Take(_) => match slot.take(tv) {
                Ok(old) => self.let_go(old),
                Err(_) => Outcome::Refused,
            },
            Action::Panic(_) => unreachable!("not of a slot"),
        }
    }

    fn let_go<T: Value>(&self, value: Option<T>) -> Outcome {
        let seen = value.as_ref().map(T::seen);
        drop(value);
        Outcome::Value(seen)
    }
}

/// The closure's own error, or the library's.
enum InsertError {
    Own,
    Refused,
}

impl From<&'static str> for InsertError {
    fn from(_: &'static str) -> Self {
        Self::Refused
    }
}

fn insert<T: Value>(
    slot: ThreadStorage<T>,
    tv: &mut ThreadVars<'_>,
    make: Make,
    number: u64,
    fate: Fate,
) -> Outcome {
    let new = || T::new(number, fate);
    let inserted = match make {
        Make::With => slot.get_or_insert_with(tv, new).map_err(InsertError::from),
        Make::Default => {
            NEXT.set(Ok((number, fate)));
            slot.get_or_insert_default(tv).map_err(InsertError::from)
        }
        Make::DefaultPanics(payload) => {
            NEXT.set(Err(payload));
            slot.get_or_insert_default(tv).map_err(InsertError::from)
        }
        Make::TryOk => slot.get_or_try_insert_with(tv, || Ok(new())),
        Make::TryErr => slot.get_or_try_insert_with(tv, || Err(InsertError::Own)),
        Make::Panic(payload) => slot
            .get_or_insert_with(tv, || panic_with(payload))
            .map_err(InsertError::from),
        Make::TryPanics(payload) => slot.get_or_try_insert_with(tv, || panic_with(payload)),
    };
    match inserted {
        Ok(value) => Outcome::Value(Some(value.seen())),
        Err(InsertError::Own) => Outcome::OwnError,
        Err(InsertError::Refused) => Outcome::Refused,
    }
}

/// Thousands of messages would hide the one that matters.
fn hide_planned_panics() {
    static HIDDEN: Once = Once::new();
    HIDDEN.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // The planned payloads that are not text are values of this crate.
            let payload = panic.payload();
            let text = payload.downcast_ref::<&str>().copied();
            let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            if text.is_some_and(|text| !text.starts_with("planned")) {
                before(panic);
            }
        }));
    });
}
