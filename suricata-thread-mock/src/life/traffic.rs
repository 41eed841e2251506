//! Many flows, spread over the workers.

use std::sync::mpsc;

use parking_lot::{Mutex, MutexGuard};

use crate::calling::context;
use crate::calling::flows::{self, FlowEvent};
use crate::calling::handles::Handle;
use crate::life::host::Host;
use crate::life::job;
use crate::life::plan::{Plan, Waiting};
use crate::life::thread::Thread;
use crate::noun::job::Work;
use crate::noun::rng::Rng;
use crate::noun::thread_kind::ThreadKind;
use crate::noun::traffic::{Traffic, TrafficReport};
use crate::state::flow::Flow;

impl Host {
    /// Sends made-up traffic through the running workers.
    ///
    /// A flow's hash chooses the worker on which the flow begins and is updated. The flow's
    /// [kind](crate::FlowKind) decides whether it is retired or finished, and on which thread.
    /// Without a flow recycler, the flow manager finishes flows; without both, the worker does.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says, in a job on a thread of a host, without a running
    /// worker, if `packets_per_flow` is 0 or `kinds` is empty, or while other traffic of this host
    /// runs.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// let host = Host::new();
    /// host.start(RunMode::Workers { threads: 2 });
    /// let seen = host.traffic(Traffic { flows: 200, packets_per_flow: 3, ..Traffic::default() });
    /// assert_eq!((seen.flows, seen.packets), (200, 600));
    /// assert_eq!(seen.finished, 80); // Of five flows in a row two are finished.
    /// let of_workers: Vec<_> = seen.workers.iter().map(|worker| worker.flows).collect();
    /// assert_eq!(of_workers.iter().sum::<u64>(), 200);
    /// ```
    #[track_caller]
    pub fn traffic(&self, traffic: Traffic) -> TrafficReport {
        assert!(
            traffic.packets_per_flow > 0,
            "Host::traffic: packets_per_flow must be 1 or more"
        );
        assert!(
            !traffic.kinds.is_empty(),
            "Host::traffic: kinds must not be empty; take FlowKind::USUAL"
        );
        let _alone = self.traffic_alone("Host::traffic");
        let (workers, finisher) = self.traffic_threads("Host::traffic");
        let (workers, finisher): (Vec<_>, _) = (workers.iter().collect(), finisher.as_ref());
        let plans = self.plans(&workers, traffic);
        let plans = if traffic.one_at_a_time {
            self.one_at_a_time(&workers, finisher, plans, traffic)
        } else {
            self.parallel(&workers, finisher, self.shares(plans, traffic))
        };
        TrafficReport::new(
            self.seed(),
            plans.into_iter().map(|plan| plan.seen).collect(),
        )
    }

    /// Only one at a time, since no seed decides the order of two.
    #[track_caller]
    pub(crate) fn traffic_alone(&self, call: &str) -> MutexGuard<'_, ()> {
        context::assert_drivable(&self.state, call);
        let Some(alone) = self.state.flows.traffic.try_lock() else {
            panic!(
                "{call} was called on thread `{}` while other traffic of this host runs: call \
                 one after the other",
                context::os_thread_name()
            );
        };
        alone
    }

    /// Returns the workers, and the thread that finishes flows, if it is another.
    #[track_caller]
    pub(crate) fn traffic_threads(&self, call: &str) -> (Vec<Thread>, Option<Thread>) {
        assert!(
            context::worker().is_none(),
            "{call} was called by a job on thread `{}`: call it on the test's thread",
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
            .map(|thread| {
                Plan::new(
                    Rng::new(rng.next()),
                    thread.name(),
                    traffic.packets_per_flow,
                )
            })
            .collect();
        let numbers = self.state.flows.take_numbers(traffic.flows)..;
        let kinds = traffic.kinds.iter().copied().cycle();
        for ((_, kind), number) in (0..traffic.flows).zip(kinds).zip(numbers) {
            let hash = self.state.flows.random_hash(&mut rng);
            let worker = (hash % plans.len() as u64) as usize;
            plans[worker].waiting.push(Waiting { hash, kind, number });
        }
        plans.iter_mut().for_each(|plan| plan.waiting.reverse());
        plans
    }

    /// Returns other random numbers than those of `plans`.
    fn order(&self) -> Rng {
        Rng::new(!self.seed())
    }

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
                    let deliver =
                        |event: FlowEvent<'_>| workers[i].flow_event("Host::traffic", event);
                    finished.extend(plan.stop(deliver).into_iter().map(|flow| (i, flow)));
                }
            }
            let busy: Vec<_> = (0..plans.len()).filter(|&i| !plans[i].is_over()).collect();
            let choices = busy.len() + usize::from(!finished.is_empty());
            if choices == 0 {
                return plans;
            }
            match busy.get(rng.below(choices)) {
                Some(&i) => {
                    let plan = &mut plans[i];
                    let before = plan.seen.packets;
                    let over =
                        plan.step(self, |event| workers[i].flow_event("Host::traffic", event));
                    budget -= plan.seen.packets - before;
                    finished.extend(over.map(|flow| (i, flow)));
                }
                None => {
                    let (i, flow) = finished.swap_remove(rng.below(finished.len()));
                    finisher.unwrap_or(workers[i]).flow_finish(flow);
                }
            }
        }
    }

    fn parallel(
        &self,
        workers: &[&Thread],
        finisher: Option<&Thread>,
        plans: Vec<Plan>,
    ) -> Vec<Plan> {
        let plans: Vec<_> = plans.into_iter().map(Mutex::new).collect();
        let (finished, to_finish) = mpsc::channel::<Flow>();
        let mut work: Vec<(&Handle, Work<'_>)> = Vec::new();
        for (&worker, plan) in workers.iter().zip(&plans) {
            let (finished, Handle { host, thread }) = (finished.clone(), &worker.handle);
            let run = move || {
                let deliver = |event: FlowEvent<'_>| {
                    flows::run(host, Some(thread), event);
                };
                let finish = |flow: Flow| match finisher {
                    // The finisher ends after the last worker only.
                    Some(_) => drop(finished.send(flow)),
                    None => deliver(FlowEvent::Finish(&flow.0)),
                };
                let mut plan = plan.lock();
                while !plan.is_over() {
                    if plan.share == 0 {
                        plan.stop(deliver).into_iter().for_each(&finish);
                        break;
                    }
                    let before = plan.seen.packets;
                    plan.step(self, deliver).into_iter().for_each(&finish);
                    plan.share -= plan.seen.packets - before;
                }
            };
            work.push((&worker.handle, Box::new(run)));
        }
        drop(finished);
        if let Some(finisher) = finisher {
            let Handle { host, thread } = &finisher.handle;
            let run = move || {
                for flow in to_finish {
                    flows::run(host, Some(thread), FlowEvent::Finish(&flow.0));
                }
            };
            work.push((&finisher.handle, Box::new(run)));
        }
        if let Err(payload) = job::run_all("Host::traffic", work) {
            job::rethrow(payload);
        }
        plans.into_iter().map(Mutex::into_inner).collect()
    }
}

fn of_kind(threads: &[Thread], kind: ThreadKind) -> impl Iterator<Item = &Thread> {
    threads.iter().filter(move |t| t.kind() == kind)
}
