//! How far a conversation of TCP is, and whether Suricata has something left to inspect when it ends. Found by trial in
//! Suricata 8.0.8, conversation by conversation; of what is in them it tells HTTP and TLS apart, and takes others that begin
//! as SSH, SMTP, FTP, POP3 and IMAP do for never done.

use crate::http::Exchange;

/// A segment.
pub(crate) struct Segment<'a> {
    pub(crate) flags: u8,
    pub(crate) sequence: u32,
    pub(crate) acknowledged: u32,
    pub(crate) payload: &'a [u8],
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

impl Segment<'_> {
    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Whether it asks for a new conversation.
    fn opens(&self) -> bool {
        self.has(SYN) && !self.has(ACK) && !self.has(RST)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// It did not begin with a SYN: Suricata does not follow it.
    NotFollowed,
    SynSent,
    SynReceived,
    Established,
    /// One side has said that it is done.
    OneFin(usize),
    /// Both have: the last one was this side.
    TwoFins(usize),
    /// Refused before the server answered.
    Refused,
    /// By FINs, or by the RST of a side.
    Closed(Option<usize>),
}

/// After how many seconds without a packet a flow has timed out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timeout {
    New = 30,
    Established = 300,
    Closed = 10,
}

/// What one side has sent.
#[derive(Default)]
struct Side {
    /// The number of the first byte.
    base: u32,
    /// How many bytes were sent, and how many of them Suricata has looked at: as a rule those that the other side has
    /// acknowledged.
    sent: u32,
    inspected: u32,
    beginning: [u8; 4],
}

/// What the first bytes look like.
#[derive(PartialEq, Eq)]
enum Protocol {
    Unknown,
    Http,
    Tls,
    Other,
}

/// From how many bytes of the client, and of the server, on Suricata gives up on a protocol that it does not know.
const ENOUGH: [u32; 2] = [17, 10];

const CLIENT: usize = 0;
const SERVER: usize = 1;

pub(crate) struct Conversation {
    state: State,
    sides: [Side; 2],
    http: Exchange,
}

impl Conversation {
    /// A conversation that begins with a segment of the client.
    pub(crate) fn new(first: &Segment<'_>) -> Self {
        let state = if first.opens() {
            State::SynSent
        } else {
            State::NotFollowed
        };
        let mut sides = <[Side; 2]>::default();
        sides[CLIENT].base = first.sequence.wrapping_add(1);
        Self {
            state,
            sides,
            http: Exchange::default(),
        }
    }

    /// Whether a segment of either side begins another conversation.
    pub(crate) fn is_replaced_by(&self, segment: &Segment<'_>) -> bool {
        use State::{Closed, NotFollowed, OneFin, TwoFins};
        segment.opens() && matches!(self.state, NotFollowed | OneFin(_) | TwoFins(_) | Closed(_))
    }

    pub(crate) fn timeout(&self) -> Timeout {
        match self.state {
            State::NotFollowed | State::SynSent | State::SynReceived | State::Refused => {
                Timeout::New
            }
            State::Established | State::OneFin(_) => Timeout::Established,
            State::TwoFins(_) | State::Closed(_) => Timeout::Closed,
        }
    }

    /// Follows a segment of the client, 0, or the server, 1, after the first one.
    pub(crate) fn follow(&mut self, by: usize, segment: &Segment<'_>) {
        if matches!(
            self.state,
            State::NotFollowed | State::Refused | State::Closed(_)
        ) {
            return;
        }
        if segment.has(RST) {
            self.sides[by].inspected = self.sides[by].sent;
            self.state = if self.state == State::SynSent {
                State::Refused
            } else {
                State::Closed(Some(by))
            };
            return;
        }
        if segment.has(ACK) {
            let other = &mut self.sides[1 - by];
            let acknowledged = segment.acknowledged.wrapping_sub(other.base);
            if acknowledged < 1 << 31 {
                other.inspected = other.inspected.max(acknowledged.min(other.sent));
            }
        }
        self.state = match self.state {
            State::SynSent if by == SERVER && segment.has(SYN) && segment.has(ACK) => {
                self.sides[SERVER].base = segment.sequence.wrapping_add(1);
                State::SynReceived
            }
            State::SynReceived if segment.has(ACK) && !segment.has(SYN) => State::Established,
            State::TwoFins(last) if by != last && segment.has(ACK) => State::Closed(None),
            other => other,
        };
        if matches!(self.state, State::Established | State::OneFin(_)) {
            self.take(by, segment);
        }
        if segment.has(FIN) {
            self.state = match self.state {
                State::Established => State::OneFin(by),
                State::OneFin(first) if first != by => State::TwoFins(by),
                other => other,
            };
        }
    }

    /// Takes data that was not there yet.
    fn take(&mut self, by: usize, segment: &Segment<'_>) {
        let side = &mut self.sides[by];
        let end = segment
            .sequence
            .wrapping_sub(side.base)
            .wrapping_add(segment.payload.len() as u32);
        if segment.payload.is_empty() || end <= side.sent || end >= 1 << 31 {
            return;
        }
        if side.sent == 0 {
            for (kept, byte) in side.beginning.iter_mut().zip(segment.payload) {
                *kept = *byte;
            }
        }
        side.sent = end;
        match by {
            CLIENT => self.http.ask(segment.payload),
            _ => self.http.answer(segment.payload),
        }
    }

    /// Whether its worker retires it, having something to inspect, when it ends other than by a timeout.
    pub(crate) fn is_workers(&self) -> bool {
        use State::{
            Closed, Established, NotFollowed, OneFin, Refused, SynReceived, SynSent, TwoFins,
        };
        let reset_by = match self.state {
            NotFollowed | SynSent | SynReceived | Refused => return false,
            Established | OneFin(_) | TwoFins(_) => return true,
            Closed(reset_by) => reset_by,
        };
        let [client, server] = &self.sides;
        if client.sent == 0 && server.sent == 0 {
            return false;
        }
        let is_all_inspected = self.sides.iter().all(|side| side.inspected == side.sent);
        match self.protocol() {
            Protocol::Unknown => {
                client.inspected < ENOUGH[CLIENT] || server.inspected < ENOUGH[SERVER]
            }
            Protocol::Http => !is_all_inspected || !self.http.is_answered(reset_by != Some(CLIENT)),
            Protocol::Tls => {
                !is_all_inspected || client.sent > 0 && (server.sent == 0 || reset_by.is_some())
            }
            Protocol::Other => true,
        }
    }

    fn protocol(&self) -> Protocol {
        let [client, server] = &self.sides;
        let [client, server] = [&client.beginning, &server.beginning];
        if self.http.is_seen() {
            return Protocol::Http;
        }
        match (client, server) {
            ([0x16, 3, ..], _) | (_, [0x16, 3, ..]) => Protocol::Tls,
            (b"SSH-" | b"EHLO" | b"HELO" | b"USER", _) => Protocol::Other,
            (_, b"SSH-" | b"220 " | b"220-" | b"+OK " | b"* OK") => Protocol::Other,
            _ => Protocol::Unknown,
        }
    }
}
