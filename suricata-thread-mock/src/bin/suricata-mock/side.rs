//! One side of a TCP conversation, in sequence numbers, which wrap around.

use crate::segment::Segment;

#[derive(Default)]
pub(crate) struct Side {
    /// The sequence number of the SYN.
    pub(crate) first: u32,
    /// The number that a RST must have: the end of the data, as Suricata counts.
    pub(crate) next: u32,
    /// The ends of the data sent and of those inspected.
    pub(crate) sent: u32,
    pub(crate) inspected: u32,
    /// The ends of the data that the other side acknowledged, and of those that it allows.
    pub(crate) acknowledged: u32,
    pub(crate) allowed: u32,
    pub(crate) scale: u8,
    /// The sequence number of the FIN.
    pub(crate) fin: Option<u32>,
    /// The beginning of the data is missing.
    pub(crate) is_headless: bool,
    /// It sent data after its FIN.
    pub(crate) is_beyond: bool,
}

impl Side {
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

    /// Returns `true` if the data are new and matter.
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

    /// Returns `true` if there is something new to inspect.
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

pub(crate) fn is_after(number: u32, other: u32) -> bool {
    number != other && number.wrapping_sub(other) < 1 << 31
}

pub(crate) fn later(number: u32, other: u32) -> u32 {
    if is_after(number, other) {
        number
    } else {
        other
    }
}
