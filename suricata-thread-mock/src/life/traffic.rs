//! Many flows at once, spread over the workers.

use std::sync::mpsc;

use parking_lot::{Mutex, MutexGuard};

use crate::calling::handles::Handle;
use crate::calling::{callbacks, context};
use crate::life::host::Host;
use crate::life::job;
use crate::life::thread::Thread;
use crate::noun::event::Event;
use crate::noun::flow::{Flow, Packet};
use crate::noun::job::Work;
use crate::noun::rng::Rng;
use crate::noun::thread_kind::ThreadKind;
use crate::noun::traffic::{Traffic, TrafficReport, WorkerTraffic};
use crate::state::host::HostState;

/// How many flows a worker has at the same time.
const ACTIVE: usize = 16;

/// The rest of a worker's flows.
struct Plan {
    rng: Rng,
    /// The hashes of those that have not begun yet, the next one last.
    waiting: Vec<u64>,
    /// Begun, with the packets to come.
    active: Vec<(Flow, u64)>,
    packets_per_flow: u64,
    /// How many more packets it handles, where the workers run at the same time.
    share: u64,
    seen: WorkerTraffic,
}

impl Plan {
    fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.active.is_empty()
    }

    /// Handles one packet of one flow by `deliver`; returns the flow if that was its last one.
    fn step(&mut self, host: &HostState, deliver: impl Fn(Event)) -> Option<Flow> {
        while self.active.len() < ACTIVE {
            let Some(hash) = self.waiting.pop() else {
                break;
            };
            let flow = host.flows.begin(hash);
            self.active.push((flow, self.packets_per_flow));
        }
        let at = self.rng.below(self.active.len());
        let (flow, left) = &mut self.active[at];
        let packet = Packet::new();
        if *left == self.packets_per_flow {
            self.seen.flows += 1;
            deliver(Event::FlowInit(flow.as_ptr(), packet.as_ptr()));
        }
        deliver(Event::FlowUpdate(flow.as_ptr(), packet.as_ptr()));
        self.seen.packets += 1;
        *left -= 1;
        (*left == 0).then(|| self.active.swap_remove(at).0)
    }

    /// The flows that have begun and go no further.
    fn stop(&mut self) -> Vec<Flow> {
        self.waiting.clear();
        let begun = self.packets_per_flow;
        self.active
            .drain(..)
            .filter(|(_, left)| *left < begun)
            .map(|(flow, _)| flow)
            .collect()
    }
}

impl Host {
    /// Sends traffic through the workers that are running: each flow goes to the worker that its
    /// hash chooses, begins and is updated there, and is finished on the flow recycler; on the
    /// flow manager where there is no recycler, on the worker where there is neither.
    ///
    /// # Panics
    /// Where [a host must not be driven](Host#panics) and in a job on a thread of a host, where no
    /// worker is running, where a flow would have no packet, and while other traffic of this host
    /// runs.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// let host = Host::new();
    /// host.start(RunMode::Workers { threads: 2 });
    /// let seen = host.traffic(Traffic { flows: 200, packets_per_flow: 3, ..Traffic::default() });
    /// assert_eq!((seen.flows, seen.packets), (200, 600));
    /// let of_workers: Vec<_> = seen.workers.iter().map(|worker| worker.flows).collect();
    /// assert_eq!(of_workers.iter().sum::<u64>(), 200);
    /// ```
    pub fn traffic(&self, traffic: Traffic) -> TrafficReport {
        assert!(traffic.packets_per_flow > 0, "a flow begins with a packet");
        let _alone = self.traffic_alone("Host::traffic");
        let (workers, finisher) = self.traffic_threads("Host::traffic");
        let (workers, finisher): (Vec<_>, _) = (workers.iter().collect(), finisher.as_ref());
        let plans = self.plans(&workers, traffic);
        let plans = if traffic.one_at_a_time {
            self.one_at_a_time(&workers, finisher, plans, traffic)
        } else {
            parallel(&workers, finisher, self.shares(plans, traffic))
        };
        TrafficReport::of(
            self.seed(),
            plans.into_iter().map(|plan| plan.seen).collect(),
        )
    }

    /// Keeps other traffic away until dropped: two at once would cross on the workers, in an order
    /// that no seed decides.
    ///
    /// # Panics
    /// In plugin code, in the packets of a replay, and while other traffic runs.
    pub(crate) fn traffic_alone(&self, what: &str) -> MutexGuard<'_, ()> {
        context::assert_drivable(&self.state, what);
        let Some(alone) = self.state.flows.traffic.try_lock() else {
            panic!(
                "{what} was called on thread `{}` while other traffic of this host runs: one after \
                 the other",
                context::os_thread_name()
            );
        };
        alone
    }

    /// The running threads that handle flows: workers, and who finishes flows where not they.
    ///
    /// # Panics
    /// In a job on a thread of a host, and where no worker is running.
    pub(crate) fn traffic_threads(&self, what: &str) -> (Vec<Thread>, Option<Thread>) {
        assert!(
            context::worker().is_none(),
            "{what} was called by a job on thread `{}`: have the test's thread do it",
            context::os_thread_name()
        );
        let running: Vec<_> = self
            .threads()
            .into_iter()
            .filter(Thread::is_running)
            .collect();
        let workers: Vec<_> = of_kind(&running, ThreadKind::Worker).cloned().collect();
        assert!(
            !workers.is_empty(),
            "traffic needs a running thread of kind Worker: call Host::start, or Host::spawn, first"
        );
        let finisher = of_kind(&running, ThreadKind::FlowRecycler)
            .chain(of_kind(&running, ThreadKind::FlowManager))
            .next()
            .cloned();
        (workers, finisher)
    }

    fn plans(&self, workers: &[&Thread], traffic: Traffic) -> Vec<Plan> {
        let mut rng = Rng::new(self.seed());
        let mut plans: Vec<_> = workers
            .iter()
            .map(|thread| Plan {
                rng: Rng::new(rng.next()),
                waiting: Vec::new(),
                active: Vec::new(),
                packets_per_flow: traffic.packets_per_flow,
                share: u64::MAX,
                seen: WorkerTraffic::none(thread.name()),
            })
            .collect();
        for _ in 0..traffic.flows {
            let hash = self.state.flows.random_hash(&mut rng);
            let worker = (hash % plans.len() as u64) as usize;
            plans[worker].waiting.push(hash);
        }
        plans
    }

    /// Random numbers for what `plans` leaves open, other ones than it takes.
    fn order(&self) -> Rng {
        Rng::new(!self.seed())
    }

    /// Spreads the packets that there are before the stop over the workers.
    fn shares(&self, mut plans: Vec<Plan>, traffic: Traffic) -> Vec<Plan> {
        let Some(stop_after) = traffic.stop_after else {
            return plans;
        };
        let all = |plan: &Plan| (plan.waiting.len() as u64).saturating_mul(plan.packets_per_flow);
        let mut left: Vec<_> = plans.iter().map(all).collect();
        let mut busy: Vec<_> = (0..plans.len()).filter(|&i| left[i] > 0).collect();
        plans.iter_mut().for_each(|plan| plan.share = 0);
        let mut rng = self.order();
        for _ in 0..stop_after {
            if busy.is_empty() {
                break;
            }
            let at = rng.below(busy.len());
            let i = busy[at];
            plans[i].share += 1;
            left[i] -= 1;
            if left[i] == 0 {
                busy.swap_remove(at);
            }
        }
        plans
    }

    fn one_at_a_time(
        &self,
        workers: &[&Thread],
        finisher: Option<&Thread>,
        mut plans: Vec<Plan>,
        traffic: Traffic,
    ) -> Vec<Plan> {
        let mut rng = self.order();
        let mut budget = traffic.stop_after.unwrap_or(u64::MAX);
        let mut finished: Vec<(usize, Flow)> = Vec::new();
        loop {
            if budget == 0 {
                for (i, plan) in plans.iter_mut().enumerate() {
                    finished.extend(plan.stop().into_iter().map(|flow| (i, flow)));
                }
            }
            let busy: Vec<_> = (0..plans.len()).filter(|&i| !plans[i].is_over()).collect();
            let choices = busy.len() + usize::from(!finished.is_empty());
            if choices == 0 {
                return plans;
            }
            match busy.get(rng.below(choices)) {
                Some(&i) => {
                    budget -= 1;
                    let (worker, plan) = (workers[i], &mut plans[i]);
                    let over = plan.step(&self.state, |event| {
                        worker.event("Host::traffic", event);
                    });
                    finished.extend(over.map(|flow| (i, flow)));
                }
                None => {
                    let (i, flow) = finished.swap_remove(rng.below(finished.len()));
                    finisher.unwrap_or(workers[i]).flow_finish(flow);
                }
            }
        }
    }
}

fn of_kind(threads: &[Thread], kind: ThreadKind) -> impl Iterator<Item = &Thread> {
    threads.iter().filter(move |t| t.kind() == kind)
}

/// Each worker goes through its plan on its own thread.
fn parallel(workers: &[&Thread], finisher: Option<&Thread>, plans: Vec<Plan>) -> Vec<Plan> {
    let plans: Vec<_> = plans.into_iter().map(Mutex::new).collect();
    let (finished, to_finish) = mpsc::channel::<Flow>();
    let mut work: Vec<(&Handle, Work<'_>)> = Vec::new();
    for (&worker, plan) in workers.iter().zip(&plans) {
        let (finished, Handle { host, thread }) = (finished.clone(), &worker.handle);
        let run = move || {
            let deliver = |event| callbacks::run(host, Some(thread), event);
            let retire = |flow: Flow| match finisher {
                // The finisher ends after the last worker only.
                Some(_) => drop(finished.send(flow)),
                None => host
                    .flows
                    .retire(flow, |flow| deliver(Event::FlowFinish(flow.as_ptr()))),
            };
            let mut plan = plan.lock();
            while !plan.is_over() {
                if plan.share == 0 {
                    plan.stop().into_iter().for_each(&retire);
                    break;
                }
                plan.share -= 1;
                if let Some(flow) = plan.step(host, deliver) {
                    retire(flow);
                }
            }
        };
        work.push((&worker.handle, Box::new(run)));
    }
    drop(finished);
    if let Some(finisher) = finisher {
        let Handle { host, thread } = &finisher.handle;
        let run = move || {
            for flow in to_finish {
                host.flows.retire(flow, |flow| {
                    callbacks::run(host, Some(thread), Event::FlowFinish(flow.as_ptr()));
                });
            }
        };
        work.push((&finisher.handle, Box::new(run)));
    }
    if let Err(payload) = job::run_all("Host::traffic", work) {
        job::rethrow(payload);
    }
    plans.into_iter().map(Mutex::into_inner).collect()
}
