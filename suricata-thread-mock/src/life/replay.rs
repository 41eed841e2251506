//! Packets of known flows, as those of a capture.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::mpsc::{self, Receiver};

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

/// How many packets may wait for a worker, as a capture is read faster than it is handled.
const QUEUE: usize = 1024;

/// What a worker does for one packet, in order.
enum ToDo {
    Begin(Event, Event),
    GoOn(Event),
}

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
        let mut queues = Vec::new();
        let mut work: Vec<(&Handle, Work<'_>)> = Vec::new();
        for worker in &workers {
            let (queue, todo) = mpsc::sync_channel(QUEUE);
            queues.push(queue);
            work.push((&worker.handle, Box::new(move || handle(worker, &todo))));
        }
        let outcome = std::thread::scope(|scope| {
            let running = scope.spawn(|| job::run_all("Host::replay", work));
            // Until the iterator is dropped, which the loop does.
            let feeding = context::Feeding::new();
            let mut rng = Rng::new(self.seed());
            let mut flows: HashMap<u64, usize> = HashMap::new();
            for number in packets {
                let packet = Packet::new();
                let (worker, todo) = match flows.entry(number) {
                    Entry::Occupied(at) => {
                        let (flow, worker) = &begun[*at.get()];
                        let update = Event::FlowUpdate(flow.as_ptr(), packet.as_ptr());
                        (*worker, ToDo::GoOn(update))
                    }
                    Entry::Vacant(new) => {
                        let flow = self
                            .state
                            .flows
                            .begin(self.state.flows.random_hash(&mut rng));
                        let worker = (flow.hash() % queues.len() as u64) as usize;
                        let init = Event::FlowInit(flow.as_ptr(), packet.as_ptr());
                        let update = Event::FlowUpdate(flow.as_ptr(), packet.as_ptr());
                        new.insert(begun.len());
                        begun.push((flow, worker));
                        seen[worker].flows += 1;
                        (worker, ToDo::Begin(init, update))
                    }
                };
                if queues[worker].send(todo).is_err() {
                    // The worker has ended; `run_all` says so.
                    break;
                }
                seen[worker].packets += 1;
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

/// What a worker does, until there is no more.
fn handle(worker: &Thread, todo: &Receiver<ToDo>) {
    for todo in todo {
        match todo {
            ToDo::Begin(init, update) => {
                run(worker, init);
                run(worker, update);
            }
            ToDo::GoOn(update) => run(worker, update),
        }
    }
}

/// Runs the callbacks with the thread that this code is on.
fn run(thread: &Thread, event: Event) {
    callbacks::run(&thread.handle.host, Some(&thread.handle.thread), event);
}
