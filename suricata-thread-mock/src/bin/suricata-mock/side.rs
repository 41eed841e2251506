//! One side of a conversation of TCP, in the sequence numbers of its own, which wrap around.

use crate::segment::Segment;

/// What one side has sent.
#[derive(Default)]
pub(crate) struct Side {
    /// The number of the SYN.
    pub(crate) first: u32,
    /// The number that a RST must have: behind what it has sent, as Suricata counts.
    pub(crate) next: u32,
    /// Behind the data that it has sent, and behind those that were looked at.
    pub(crate) sent: u32,
    pub(crate) inspected: u32,
    /// What the other side has acknowledged, and how far it lets this side send.
    pub(crate) acknowledged: u32,
    pub(crate) allowed: u32,
    /// By how many bits its windows are shifted.
    pub(crate) scale: u8,
    /// The number of its FIN.
    pub(crate) fin: Option<u32>,
    /// Whether the beginning of its data is missing.
    pub(crate) is_headless: bool,
    /// Whether it has sent data behind its FIN.
    pub(crate) is_beyond: bool,
}

impl Side {
    /// A side that has sent this segment first.
    pub(crate) fn new(syn: &Segment<'_>) -> Self {
        let next = syn.sequence().wrapping_add(1);
        Self {
            first: syn.sequence(),
            next,
            sent: next,
            inspected: next,
            acknowledged: next,
            allowed: next.wrapping_add(u16::MAX.into()),
            scale: syn.scale().unwrap_or(0),
            fin: None,
            is_headless: false,
            is_beyond: false,
        }
    }

    /// Takes data that were not there yet; returns whether they are of interest.
    pub(crate) fn take(&mut self, segment: &Segment<'_>, is_other_done: bool) -> bool {
        let end = segment.end();
        let is_beyond = self.fin.is_some_and(|fin| is_after(end, fin));
        let beginning = self.first.wrapping_add(1);
        if segment.payload.is_empty() {
            return false;
        }
        if self.sent == beginning || segment.sequence() == beginning {
            self.is_headless = segment.sequence() != beginning;
        }
        if !is_after(end, self.sent) || is_beyond && is_other_done {
            return false;
        }
        self.sent = end;
        self.is_beyond |= is_beyond;
        !is_beyond
    }

    /// Takes how far the other side has all data; returns whether there is something new to look at.
    pub(crate) fn acknowledge(&mut self, acknowledged: u32, window: u32) -> bool {
        self.allowed = later(acknowledged.wrapping_add(window), self.allowed);
        self.acknowledged = later(acknowledged, self.acknowledged);
        if self.fin.is_some() {
            self.next = later(acknowledged, self.next);
        }
        let inspected = if is_after(self.acknowledged, self.sent) {
            self.sent
        } else {
            self.acknowledged
        };
        let is_new = is_after(inspected, self.inspected);
        self.inspected = later(inspected, self.inspected);
        is_new
    }

    pub(crate) fn has_data(&self) -> bool {
        self.sent != self.first.wrapping_add(1)
    }

    pub(crate) fn inspected_bytes(&self) -> u32 {
        self.inspected.wrapping_sub(self.first).wrapping_sub(1)
    }
}

/// Whether a number is behind another one.
pub(crate) fn is_after(number: u32, other: u32) -> bool {
    number != other && number.wrapping_sub(other) < 1 << 31
}

/// The one that is behind the other.
pub(crate) fn later(number: u32, other: u32) -> u32 {
    if is_after(number, other) {
        number
    } else {
        other
    }
}
