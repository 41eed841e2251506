//! The flow of each packet of a capture, and the end of flows by the time of packets, as in
//! Suricata.

use std::time::Duration;

use crate::decode::Packet;
use crate::key::Key;
use crate::tcp::{Conversation, Timeout};

pub(crate) struct Step {
    pub(crate) flow: u64,
    pub(crate) begins: bool,
    /// The side that began the flow sent it.
    pub(crate) to_server: bool,
    /// The flow before, which its worker now retires.
    pub(crate) retires: Option<u64>,
}

/// Flows that begin together are together in memory, like their packets. A map from key to flow
/// takes twice the time.
#[derive(Default)]
pub(crate) struct FlowTable {
    live: Vec<(Key, Live)>,
    /// Indices into `live`, by hash, or at the next free place.
    places: Vec<u32>,
    next: u64,
}

const FREE: u32 = u32::MAX;

struct Live {
    number: u64,
    last: Duration,
    /// The first address of the key began the flow.
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

    fn go_on(&mut self, packet: &Packet<'_>, time: Duration) -> Step {
        let to_server = packet.by_first == self.by_first;
        self.last = self.last.max(time);
        self.is_answered |= !to_server;
        if let (Some(tcp), Some(segment)) = (&mut self.tcp, &packet.tcp) {
            tcp.follow(usize::from(!to_server), segment);
        }
        Step {
            flow: self.number,
            begins: false,
            to_server,
            retires: None,
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
    #[inline]
    pub(crate) fn find(&mut self, packet: &Packet<'_>, time: Duration) -> Step {
        if self.live.len() * 2 >= self.places.len() {
            self.grow();
        }
        let place = self.place_of(&packet.key);
        let mut retires = None;
        let known = self.live.get_mut(self.places[place] as usize);
        if let Some((_, live)) = known {
            if !live.is_over(packet, time) {
                return live.go_on(packet, time);
            }
            retires = Some(live.number);
            *live = Live::new(self.next, packet, time);
        } else {
            self.places[place] = u32::try_from(self.live.len()).expect("memory was full before");
            self.live
                .push((packet.key, Live::new(self.next, packet, time)));
        }
        self.next += 1;
        Step {
            flow: self.next - 1,
            begins: true,
            to_server: true,
            retires,
        }
    }

    /// Returns the place of the key's flow, or a free one.
    #[inline]
    fn place_of(&self, key: &Key) -> usize {
        let mut place = key.hash() as usize;
        loop {
            // The number of places is a power of two.
            place &= self.places.len() - 1;
            match self.live.get(self.places[place] as usize) {
                Some((other, _)) if other != key => place += 1,
                _ => return place,
            }
        }
    }

    fn grow(&mut self) {
        self.places = vec![FREE; (self.places.len() * 2).max(1024)];
        for (at, (key, _)) in (0..).zip(&self.live) {
            let place = self.place_of(key);
            self.places[place] = at;
        }
    }

    /// Returns the flows that their workers retire.
    pub(crate) fn end(&mut self) -> Vec<u64> {
        let Self { live, .. } = std::mem::take(self);
        let live = live.into_iter().map(|(_, live)| live);
        let workers = live.filter(|live| live.tcp.as_ref().is_some_and(|tcp| tcp.ends_on_worker()));
        let mut numbers: Vec<_> = workers.map(|live| live.number).collect();
        numbers.sort_unstable();
        numbers
    }
}
