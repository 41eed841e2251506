//! Packets of known flows, such as those of a capture.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::calling::context;
use crate::calling::flows::{self, FlowEvent};
use crate::calling::handles::Handle;
use crate::life::host::Host;
use crate::life::job;
use crate::life::thread::Thread;
use crate::noun::flow::{Endpoints, Packet};
use crate::noun::job::Work;
use crate::noun::numbered::Numbered;
use crate::noun::rng::Rng;
use crate::noun::traffic::{Replayed, TrafficReport, WorkerTraffic};
use crate::state::flow::{Flow, FlowState};

/// Packets in a batch, since waking a worker takes as long as reading some.
const BATCH: usize = 2048;
/// Batches that may wait for a worker.
const QUEUE: usize = 16;

/// A worker's flows are numbered in the order in which it gets them.
enum ToDo {
    Begin(Arc<FlowState>),
    Packet {
        at: usize,
        to_server: bool,
        time: Duration,
    },
    Retire {
        at: usize,
    },
}

struct Begun {
    worker: usize,
    /// The worker's number of the flow.
    at: usize,
    /// The order in which flows began.
    number: u64,
    flow: Flow,
}

impl Host {
    /// Sends packets of known flows through the running workers, in order.
    ///
    /// The first packet of a flow begins it, on the worker that the seed chooses for its endpoints.
    /// Workers run at the same time. When `packets` ends, the flows without a [`Replayed::Retire`]
    /// are finished in the order in which they began; [`Host::traffic`] says on which thread.
    ///
    /// `packets` runs on the current thread. It must not drive a host, nor wait for a thread that
    /// drives this one.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says, in a job on a thread of a host, without a running
    /// worker, if `packets` panics, or while other traffic of this host runs.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, Replayed, RunMode};
    /// # use std::time::Duration;
    /// let host = Host::new();
    /// host.start(RunMode::Autofp { receivers: 1, workers: 2 });
    /// let second = Duration::from_secs(1_700_000_000);
    /// let packet = |flow| Replayed::Packet { flow, to_server: true, time: second };
    /// let seen = host.replay([packet(1), packet(2), packet(1), Replayed::Retire { flow: 2 }]);
    /// assert_eq!((seen.flows, seen.finished, seen.packets), (2, 1, 3));
    /// ```
    #[track_caller]
    pub fn replay(&self, packets: impl IntoIterator<Item = impl Into<Replayed>>) -> TrafficReport {
        let _alone = self.traffic_alone("Host::replay");
        let (workers, finisher) = self.traffic_threads("Host::replay");
        let mut seen: Vec<_> = workers
            .iter()
            .map(|w| WorkerTraffic::new(w.name()))
            .collect();
        let mut flows: Numbered<Begun> = Numbered::default();
        let mut number = 0;
        let mut queues: Vec<(SyncSender<Vec<ToDo>>, Vec<ToDo>)> = Vec::new();
        let mut work: Vec<(&Handle, Work<'_>)> = Vec::new();
        for worker in &workers {
            let (queue, todo) = mpsc::sync_channel(QUEUE);
            queues.push((queue, Vec::with_capacity(BATCH)));
            work.push((&worker.handle, Box::new(move || handle(worker, &todo))));
        }
        let outcome = std::thread::scope(|scope| {
            let running = scope.spawn(|| job::run_all("Host::replay", work));
            // Dropped after the loop, which drops the iterator.
            let feeding = context::Feeding::new();
            let mut rng = Rng::new(self.seed());
            let mut counts = vec![0; queues.len()];
            let mut endpoints: FxHashMap<u64, Endpoints> = FxHashMap::default();
            for replayed in packets {
                let (worker, todo) = match replayed.into() {
                    Replayed::Flow {
                        flow,
                        endpoints: known,
                    } => {
                        endpoints.insert(flow, known);
                        continue;
                    }
                    Replayed::Retire { flow } => match flows.remove(flow) {
                        None => continue,
                        Some(begun) => (begun.worker, ToDo::Retire { at: begun.at }),
                    },
                    Replayed::Packet {
                        flow,
                        to_server,
                        time,
                    } => {
                        let (worker, at) = match flows.get(flow) {
                            Some(begun) => (begun.worker, begun.at),
                            None => {
                                let state = match endpoints.remove(&flow) {
                                    Some(endpoints) => self.flow_between(endpoints),
                                    None => {
                                        self.begin_made_up(self.state.flows.random_hash(&mut rng))
                                    }
                                };
                                let worker = (state.hash() % queues.len() as u64) as usize;
                                let begin = ToDo::Begin(Arc::clone(&state.0));
                                // If the worker has ended, giving it the packet fails, too.
                                give(&mut queues[worker], begin);
                                let at = counts[worker];
                                counts[worker] += 1;
                                number += 1;
                                seen[worker].flows += 1;
                                let begun = Begun {
                                    worker,
                                    at,
                                    number,
                                    flow: state,
                                };
                                flows.insert(flow, begun);
                                (worker, at)
                            }
                        };
                        seen[worker].packets += 1;
                        let packet = ToDo::Packet {
                            at,
                            to_server,
                            time,
                        };
                        (worker, packet)
                    }
                };
                if !give(&mut queues[worker], todo) {
                    // The worker has ended; `run_all` returns the reason.
                    break;
                }
            }
            for (queue, batch) in &mut queues {
                send(queue, batch);
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
        let mut left: Vec<_> = flows.into_values();
        left.sort_unstable_by_key(|begun| begun.number);
        for Begun { worker, flow, .. } in left {
            seen[worker].finished += 1;
            ends[worker % finishers.len()].push(flow);
        }
        let work = finishers.iter().zip(ends).map(|(thread, flows)| {
            let finish: Work<'_> = Box::new(move || {
                for flow in flows {
                    run(thread, FlowEvent::Finish(&flow.0));
                }
            });
            (&thread.handle, finish)
        });
        if let Err(payload) = job::run_all("Host::replay", work.collect()) {
            job::rethrow(payload);
        }
        TrafficReport::new(self.seed(), seen)
    }
}

/// Returns `false` if the worker has ended.
fn give((queue, batch): &mut (SyncSender<Vec<ToDo>>, Vec<ToDo>), todo: ToDo) -> bool {
    batch.push(todo);
    batch.len() < BATCH || send(queue, batch)
}

fn send(queue: &SyncSender<Vec<ToDo>>, batch: &mut Vec<ToDo>) -> bool {
    let full = std::mem::replace(batch, Vec::with_capacity(BATCH));
    queue.send(full).is_ok()
}

fn handle(worker: &Thread, batches: &Receiver<Vec<ToDo>>) {
    let mut flows: Vec<Option<Arc<FlowState>>> = Vec::new();
    for batch in batches {
        let packets = Packet::several(batch.len());
        for (todo, packet) in batch.into_iter().zip(packets) {
            match todo {
                ToDo::Begin(flow) => flows.push(Some(flow)),
                ToDo::Packet {
                    at,
                    to_server,
                    time,
                } => {
                    if let Some(flow) = &flows[at] {
                        if !flow.has_begun.load(Ordering::Relaxed) {
                            run(worker, FlowEvent::Init(flow, &packet));
                        }
                        let update = FlowEvent::Update {
                            flow,
                            packet: &packet,
                            to_server,
                            time,
                        };
                        run(worker, update);
                    }
                }
                ToDo::Retire { at } => {
                    if let Some(flow) = flows[at].take() {
                        run(worker, FlowEvent::Retire(&flow));
                    }
                }
            }
        }
    }
}

fn run(thread: &Thread, event: FlowEvent<'_>) {
    flows::run(&thread.handle.host, Some(&thread.handle.thread), event);
}
