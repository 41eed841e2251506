//! Which flow a packet of a capture belongs to, and when flows end: by the time of packets, as Suricata's flow table has it.
//!
//! Suricata looks for flows that have timed out where a packet's flow would be. It may meet one of other ports there, by
//! its own random numbers; and a thread of its own looks, by its own clock. Neither is followed here.

use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::decode::Packet;
use crate::key::Key;
use crate::tcp::{Conversation, Timeout};

/// What a packet does.
pub(crate) struct Step {
    /// The number of its flow.
    pub(crate) flow: u64,
    /// Whether it is the flow's first.
    pub(crate) begins: bool,
    /// Whether it goes to the side that did not begin the flow.
    pub(crate) to_server: bool,
    /// The flow that was there before, which its worker retires now.
    pub(crate) retires: Option<u64>,
}

#[derive(Default)]
pub(crate) struct FlowTable {
    live: FxHashMap<Key, Live>,
    next: u64,
}

struct Live {
    number: u64,
    last: Duration,
    /// Whether the side whose end is first in the key began it.
    by_first: bool,
    is_answered: bool,
    tcp: Option<Box<Conversation>>,
}

impl Live {
    fn new(number: u64, packet: &Packet<'_>, time: Duration) -> Self {
        Self {
            number,
            last: time,
            by_first: packet.by_first,
            is_answered: false,
            tcp: packet
                .tcp
                .as_ref()
                .map(|first| Box::new(Conversation::new(first))),
        }
    }

    fn is_over(&self, packet: &Packet<'_>, time: Duration) -> bool {
        let timeout = match (&self.tcp, self.is_answered) {
            (Some(tcp), _) => tcp.timeout(),
            (None, true) => Timeout::Established,
            (None, false) => Timeout::New,
        };
        let has_timed_out = time >= self.last + Duration::from_secs(timeout as u64);
        let tcp = self.tcp.as_ref().zip(packet.tcp.as_ref());
        let by = usize::from(packet.by_first != self.by_first);
        has_timed_out || tcp.is_some_and(|(tcp, segment)| tcp.is_replaced_by(by, segment))
    }
}

impl FlowTable {
    /// Finds the flow of a packet, or begins one.
    pub(crate) fn find(&mut self, packet: &Packet<'_>, time: Duration) -> Step {
        let before = self.live.get_mut(&packet.key);
        let before = match before {
            Some(live) if !live.is_over(packet, time) => {
                let to_server = packet.by_first == live.by_first;
                live.last = live.last.max(time);
                live.is_answered |= !to_server;
                if let (Some(tcp), Some(segment)) = (&mut live.tcp, &packet.tcp) {
                    tcp.follow(usize::from(!to_server), segment);
                }
                return Step {
                    flow: live.number,
                    begins: false,
                    to_server,
                    retires: None,
                };
            }
            before => before.map(|live| live.number),
        };
        let flow = self.next;
        self.next += 1;
        self.live.insert(packet.key, Live::new(flow, packet, time));
        Step {
            flow,
            begins: true,
            to_server: true,
            retires: before,
        }
    }

    /// Empties the table at the end of the capture; returns the flows that their workers retire.
    pub(crate) fn end(&mut self) -> Vec<u64> {
        let live = std::mem::take(&mut self.live).into_values();
        let workers = live.filter(|live| live.tcp.as_ref().is_some_and(|tcp| tcp.is_workers()));
        let mut numbers: Vec<_> = workers.map(|live| live.number).collect();
        numbers.sort_unstable();
        numbers
    }
}
