//! Packets of known flows, as those of a capture.

use std::collections::hash_map::Entry;
use std::sync::mpsc::{self, Receiver, SendError, SyncSender};

use rustc_hash::FxHashMap;
use suricata_thread_sys as sys;

use crate::calling::handles::Handle;
use crate::calling::{callbacks, context};
use crate::life::host::Host;
use crate::life::job;
use crate::life::thread::Thread;
use crate::noun::event::Event;
use crate::noun::flow::{Flow, Packet};
use crate::noun::job::Work;
use crate::noun::rng::Rng;
use crate::noun::traffic::{TrafficReport, WorkerTraffic};

/// How many packets are handed to a worker at once, and how many such batches may wait for it, as a capture is read
/// faster than it is handled.
const BATCH: usize = 256;
const QUEUE: usize = 16;

/// A packet of a flow.
struct ToDo {
    flow: *mut sys::Flow,
    packet: *mut sys::Packet,
    /// Whether it is the flow's first.
    begins: bool,
}

// SAFETY: the pointers are only passed on, never looked behind.
unsafe impl Send for ToDo {}

impl Host {
    /// Sends packets through the workers that are running, in this order; each item is the number
    /// of the flow that a packet belongs to, whichever numbers those are. The first packet of a
    /// flow begins it. Each flow has one worker, which the seed chooses; workers run at the same
    /// time. When there are no more packets, the flows are finished in the order in which they
    /// began, on the thread that [`Host::traffic`] would do that on.
    ///
    /// `packets` runs on the current thread, while the workers do. It must not drive a host, nor wait
    /// for another thread that drives this one: the workers are busy until it ends.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics) and in a job on a thread of a host, where no
    /// worker is running, and while other traffic of this host runs.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// host.start(RunMode::Autofp { receivers: 1, workers: 2 });
    /// let seen = host.replay([10, 20, 10, 10, 30]);
    /// assert_eq!((seen.flows, seen.packets), (3, 5));
    /// ```
    pub fn replay(&self, packets: impl IntoIterator<Item = u64>) -> TrafficReport {
        let _alone = self.traffic_alone("Host::replay");
        let (workers, finisher) = self.traffic_threads("Host::replay");
        let mut seen: Vec<_> = workers
            .iter()
            .map(|w| WorkerTraffic::none(w.name()))
            .collect();
        let mut begun: Vec<(Flow, usize)> = Vec::new();
        let mut queues: Vec<(SyncSender<Vec<ToDo>>, Vec<ToDo>)> = Vec::new();
        let mut work: Vec<(&Handle, Work<'_>)> = Vec::new();
        for worker in &workers {
            let (queue, todo) = mpsc::sync_channel(QUEUE);
            queues.push((queue, Vec::with_capacity(BATCH)));
            work.push((&worker.handle, Box::new(move || handle(worker, &todo))));
        }
        let outcome = std::thread::scope(|scope| {
            let running = scope.spawn(|| job::run_all("Host::replay", work));
            // Until the iterator is dropped, which the loop does.
            let feeding = context::Feeding::new();
            let mut rng = Rng::new(self.seed());
            let mut flows: FxHashMap<u64, usize> = FxHashMap::default();
            for number in packets {
                let packet = Packet::new();
                let (worker, flow, begins) = match flows.entry(number) {
                    Entry::Occupied(at) => {
                        let (flow, worker) = &begun[*at.get()];
                        (*worker, flow.as_ptr(), false)
                    }
                    Entry::Vacant(new) => {
                        let flow = self
                            .state
                            .flows
                            .begin(self.state.flows.random_hash(&mut rng));
                        let worker = (flow.hash() % queues.len() as u64) as usize;
                        let ptr = flow.as_ptr();
                        new.insert(begun.len());
                        begun.push((flow, worker));
                        seen[worker].flows += 1;
                        (worker, ptr, true)
                    }
                };
                seen[worker].packets += 1;
                let (queue, batch) = &mut queues[worker];
                batch.push(ToDo {
                    flow,
                    packet: packet.as_ptr(),
                    begins,
                });
                if batch.len() == BATCH && send(queue, batch).is_err() {
                    // The worker has ended; `run_all` says so.
                    break;
                }
            }
            for (queue, batch) in &mut queues {
                let _ = send(queue, batch);
            }
            drop(feeding);
            drop(queues);
            running.join()
        });
        if let Err(payload) = outcome.and_then(|outcome| outcome) {
            job::rethrow(payload);
        }
        let finishers = finisher.map_or(workers, |finisher| vec![finisher]);
        let mut ends: Vec<Vec<Flow>> = finishers.iter().map(|_| Vec::new()).collect();
        for (flow, worker) in begun {
            ends[worker % finishers.len()].push(flow);
        }
        let work = finishers.iter().zip(ends).map(|(thread, flows)| {
            let finish: Work<'_> = Box::new(move || {
                for flow in flows {
                    thread.handle.host.flows.retire(flow, |flow| {
                        run(thread, Event::FlowFinish(flow.as_ptr()));
                    });
                }
            });
            (&thread.handle, finish)
        });
        if let Err(payload) = job::run_all("Host::replay", work.collect()) {
            job::rethrow(payload);
        }
        TrafficReport::of(self.seed(), seen)
    }
}

/// Hands a batch over, and begins the next one.
fn send(queue: &SyncSender<Vec<ToDo>>, batch: &mut Vec<ToDo>) -> Result<(), SendError<Vec<ToDo>>> {
    queue.send(std::mem::replace(batch, Vec::with_capacity(BATCH)))
}

/// What a worker does, until there is no more.
fn handle(worker: &Thread, batches: &Receiver<Vec<ToDo>>) {
    for todo in batches.iter().flatten() {
        if todo.begins {
            run(worker, Event::FlowInit(todo.flow, todo.packet));
        }
        run(worker, Event::FlowUpdate(todo.flow, todo.packet));
    }
}

/// Runs the callbacks with the thread that this code is on.
fn run(thread: &Thread, event: Event) {
    callbacks::run(&thread.handle.host, Some(&thread.handle.thread), event);
}
