//! The threads of a host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use crate::noun::job::Job;
use crate::noun::slot::Value;
use crate::noun::thread_kind::{LeftValue, Stage, ThreadKind};
use crate::state::cells::Cells;

pub(crate) struct ThreadState {
    pub(crate) cells: Cells,
    pub(crate) kind: ThreadKind,
    pub(crate) stage: Mutex<Stage>,
    /// Notified when the stage becomes [`Stage::Freed`].
    pub(crate) freed: Condvar,
    pub(crate) jobs: Mutex<Option<Sender<Job>>>,
    /// Its result lets the watchdog see the thread until it is gone.
    pub(crate) os_thread: Mutex<Option<JoinHandle<Arc<dyn Send + Sync>>>>,
}

impl ThreadState {
    pub(crate) fn new(cells: Cells, kind: ThreadKind) -> Self {
        Self {
            cells,
            kind,
            stage: Mutex::new(Stage::Created(std::thread::current().id())),
            freed: Condvar::new(),
            jobs: Mutex::default(),
            os_thread: Mutex::default(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.cells.name
    }
}

/// Values that are never freed stay reachable, as in Suricata.
static LEFT: Mutex<Vec<Value>> = Mutex::new(Vec::new());

#[derive(Default)]
pub(crate) struct Roster {
    /// Threads in the order in which their init callbacks ended.
    pub(crate) list: Mutex<Vec<Arc<ThreadState>>>,
    created: AtomicBool,
    left: Mutex<Vec<LeftValue>>,
    phase: Mutex<Phase>,
    phase_changed: Condvar,
}

#[derive(Default)]
struct Phase {
    creating: usize,
    /// The host takes no more threads.
    closing: bool,
    /// Every thread is gone.
    down: bool,
}

impl Roster {
    pub(crate) fn was_begun(&self) -> bool {
        self.created.load(Ordering::SeqCst)
    }

    /// Returns `None` if the host takes no more threads.
    pub(crate) fn begin_creation(&self) -> Option<Creating<'_>> {
        let mut phase = self.phase.lock();
        if phase.closing {
            return None;
        }
        phase.creating += 1;
        self.created.store(true, Ordering::SeqCst);
        Some(Creating(self))
    }

    /// Waits for threads being created. Returns `None`, after a wait, if another thread takes them
    /// down.
    pub(crate) fn begin_take_down(&self) -> Option<TakingDown<'_>> {
        let mut phase = self.phase.lock();
        if phase.closing {
            while !phase.down {
                self.phase_changed.wait(&mut phase);
            }
            return None;
        }
        phase.closing = true;
        while phase.creating > 0 {
            self.phase_changed.wait(&mut phase);
        }
        Some(TakingDown(self))
    }

    pub(crate) fn leave(&self, thread: &ThreadState) {
        let table = &thread.cells.table;
        for (index, value) in thread.cells.full() {
            LEFT.lock().push(value);
            self.left.lock().push(LeftValue {
                thread: thread.name().to_owned(),
                slot: table.slots[index].name.clone(),
                id: table.id(index),
            });
        }
    }

    pub(crate) fn left(&self) -> Vec<LeftValue> {
        self.left.lock().clone()
    }
}

pub(crate) struct Creating<'a>(&'a Roster);

impl Drop for Creating<'_> {
    fn drop(&mut self) {
        self.0.phase.lock().creating -= 1;
        self.0.phase_changed.notify_all();
    }
}

/// Ends the take-down when dropped, even by a panic, so that nobody waits forever.
pub(crate) struct TakingDown<'a>(&'a Roster);

impl Drop for TakingDown<'_> {
    fn drop(&mut self) {
        self.0.phase.lock().down = true;
        self.0.phase_changed.notify_all();
    }
}
