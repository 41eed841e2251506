//! The flows of one worker in made-up traffic.

use std::time::Duration;

use crate::calling::flows::FlowEvent;
use crate::life::flows::next_update;
use crate::life::host::Host;
use crate::noun::flow::{Endpoints, Packet, UDP};
use crate::noun::rng::Rng;
use crate::noun::traffic::{FlowKind, WorkerTraffic};
use crate::state::flow::Flow;

/// The number of flows that a worker has at the same time.
const ACTIVE: usize = 16;

pub(crate) struct Plan {
    rng: Rng,
    /// Flows that have not begun, the next one last.
    pub(crate) waiting: Vec<Waiting>,
    active: Vec<Active>,
    /// A flow after its last packet, retired after the first packet of the next flow between its
    /// ports.
    replaced: Option<Flow>,
    pub(crate) packets_per_flow: u64,
    /// Packets still to handle, if the workers run at the same time.
    pub(crate) share: u64,
    pub(crate) seen: WorkerTraffic,
}

pub(crate) struct Waiting {
    pub(crate) hash: u64,
    pub(crate) kind: FlowKind,
    /// Chooses the endpoints, unless the flow replaces one.
    pub(crate) number: u64,
}

struct Active {
    flow: Flow,
    kind: FlowKind,
    left: u64,
    /// The flow that had its ports before.
    replaces: Option<Flow>,
    /// Added to the host's clock for its packets, since the flow before has timed out.
    later: Duration,
}

impl Plan {
    pub(crate) fn new(rng: Rng, worker: &str, packets_per_flow: u64) -> Self {
        Self {
            rng,
            waiting: Vec::new(),
            active: Vec::new(),
            replaced: None,
            packets_per_flow,
            share: u64::MAX,
            seen: WorkerTraffic::new(worker),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.active.is_empty() && self.replaced.is_none()
    }

    fn begin(&mut self, host: &Host) {
        while self.active.len() < ACTIVE {
            let Some(Waiting { hash, kind, number }) = self.waiting.pop() else {
                break;
            };
            let replaces = self.replaced.take();
            let endpoints = match &replaces {
                Some(before) => before.endpoints(),
                None => Endpoints::made_up(number, kind.protocol()),
            };
            let later = replaces.as_ref().map(|before| until_timeout(host, before));
            self.active.push(Active {
                flow: host.begin(hash, endpoints),
                kind,
                left: self.packets_per_flow,
                replaces,
                later: later.unwrap_or_default(),
            });
        }
    }

    /// Returns a flow for the recycler to finish.
    pub(crate) fn step(&mut self, host: &Host, deliver: impl Fn(FlowEvent<'_>)) -> Option<Flow> {
        self.begin(host);
        if self.active.is_empty() {
            let replaced = self.replaced.take()?;
            deliver(FlowEvent::Retire(&replaced.0));
            return None;
        }
        let at = self.rng.below(self.active.len());
        let active = &mut self.active[at];
        let packet = Packet::new();
        if active.left == self.packets_per_flow {
            self.seen.flows += 1;
            deliver(FlowEvent::Init(&active.flow.0, &packet));
        }
        deliver(next_update(
            &host.state,
            &active.flow,
            &packet,
            active.later,
        ));
        self.seen.packets += 1;
        active.left -= 1;
        if let Some(before) = active.replaces.take() {
            deliver(FlowEvent::Retire(&before.0));
        }
        if active.left > 0 {
            return None;
        }
        let Active { flow, kind, .. } = self.active.swap_remove(at);
        self.end(flow, kind, deliver)
    }

    fn end(&mut self, flow: Flow, kind: FlowKind, deliver: impl Fn(FlowEvent<'_>)) -> Option<Flow> {
        self.seen.finished += u64::from(kind.is_finished());
        if kind.has_successor() && self.replaced.is_none() {
            self.replaced = Some(flow);
            return None;
        }
        if kind.is_finished() && kind != FlowKind::MemoryShort {
            return Some(flow);
        }
        match kind {
            FlowKind::MemoryShort => deliver(FlowEvent::Finish(&flow.0)),
            _ => deliver(FlowEvent::Retire(&flow.0)),
        }
        None
    }

    /// Returns the flows for the recycler to finish.
    pub(crate) fn stop(&mut self, deliver: impl Fn(FlowEvent<'_>)) -> Vec<Flow> {
        self.waiting.clear();
        let mut finished = Vec::new();
        for mut active in std::mem::take(&mut self.active) {
            if let Some(before) = active.replaces.take() {
                deliver(FlowEvent::Retire(&before.0));
            }
            if active.left < self.packets_per_flow {
                finished.extend(self.end(active.flow, active.kind, &deliver));
            }
        }
        if let Some(replaced) = self.replaced.take() {
            deliver(FlowEvent::Retire(&replaced.0));
        }
        finished
    }
}

/// Returns the time until a UDP flow times out; TCP ports can be used again at once.
fn until_timeout(host: &Host, flow: &Flow) -> Duration {
    if flow.endpoints().protocol != UDP {
        return Duration::ZERO;
    }
    let now = host.state.flows.now();
    flow.0.times_out_at().saturating_sub(now)
}
