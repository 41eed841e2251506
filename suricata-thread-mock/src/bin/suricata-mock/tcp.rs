//! The state of a TCP conversation, and whether Suricata has something left to inspect at its end,
//! found by trial in 8.0.8.
//!
//! Suricata follows conversations from their SYN, drops invalid segments, and inspects data once
//! they are acknowledged.
//!
//! `run --help` says what is not reproduced.

use crate::dialogue::{CLIENT, Dialogue, SERVER};
use crate::segment::{ACK, FIN, RST, SYN, Segment};
use crate::side::{Side, is_after, later};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The conversation did not begin with a SYN.
    NotFollowed,
    SynSent,
    SynReceived,
    Established,
    /// The client ended first, then the server.
    CloseWait,
    LastAck,
    /// The server ended first.
    FinWait1,
    /// The server's FIN was acknowledged.
    FinWait2,
    /// Then the client ended, without an ACK or with one.
    Closing,
    TimeWait,
    /// Closed by FINs, or by the RST of a side.
    Closed(Option<usize>),
}

/// Timeouts of flows, in seconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timeout {
    New = 30,
    Established = 300,
    Closed = 10,
}

/// The client sent the first segment.
pub(crate) struct Conversation {
    state: State,
    sides: [Side; 2],
    /// Other answers to the SYN; the client's ACK chooses.
    others: Vec<Side>,
    dialogue: Dialogue,
}

impl Conversation {
    pub(crate) fn new(first: &Segment<'_>) -> Self {
        let state = if first.opens() {
            State::SynSent
        } else {
            State::NotFollowed
        };
        Self {
            state,
            sides: [Side::new(first), Side::default()],
            others: Vec::new(),
            dialogue: Dialogue::default(),
        }
    }

    /// A conversation that the server ended first continues until closed.
    pub(crate) fn is_replaced_by(&self, by: usize, segment: &Segment<'_>) -> bool {
        let is_over = matches!(
            self.state,
            State::CloseWait | State::LastAck | State::Closed(_)
        );
        let is_again = segment.sequence() == self.sides[by].first;
        segment.opens() && (self.state == State::NotFollowed || is_over && !is_again)
    }

    pub(crate) fn timeout(&self) -> Timeout {
        match self.state {
            State::NotFollowed | State::SynSent | State::SynReceived => Timeout::New,
            State::LastAck | State::TimeWait | State::Closed(_) => Timeout::Closed,
            _ => Timeout::Established,
        }
    }

    /// Handles a segment; `by` is 0 for the client, 1 for the server.
    pub(crate) fn follow(&mut self, by: usize, segment: &Segment<'_>) {
        match self.state {
            State::NotFollowed | State::Closed(_) => {}
            State::SynSent => self.answer(by, segment),
            _ if segment.has(RST) => self.reset(by, segment),
            State::SynReceived => self.establish(by, segment),
            _ if segment.has(SYN) => {}
            _ => self.go_on(by, segment),
        }
    }

    fn answer(&mut self, by: usize, segment: &Segment<'_>) {
        let acknowledges = segment.has(ACK) && segment.acknowledged() == self.sides[CLIENT].next;
        if by == CLIENT && segment.opens() {
            self.sides[CLIENT] = Side::new(segment);
        } else if by == SERVER && segment.has(RST) && segment.sequence() == 0 {
            self.sides[SERVER] = Side::new(segment);
            self.state = State::Closed(Some(SERVER));
        } else if by == SERVER && segment.has(SYN) && acknowledges {
            self.sides[SERVER] = Side::new(segment);
            let client = &mut self.sides[CLIENT];
            client.allowed = client.next.wrapping_add(segment.window());
            if segment.scale().is_none() {
                client.scale = 0;
            }
            self.state = State::SynReceived;
        }
    }

    fn establish(&mut self, by: usize, segment: &Segment<'_>) {
        let (number, acknowledged) = (segment.sequence(), segment.acknowledged());
        let [client, server] = &mut self.sides;
        if !segment.has(ACK) {
            return;
        }
        if segment.has(SYN) {
            if by == SERVER && acknowledged == client.next && number != server.first {
                self.others.push(Side::new(segment));
            }
            return;
        }
        let chosen = self.others.iter_mut().find(|other| {
            by == CLIENT && other.next == acknowledged || by == SERVER && other.next == number
        });
        if let Some(chosen) = chosen {
            std::mem::swap(server, chosen);
        }
        let is_right = if by == CLIENT {
            acknowledged == server.next && !is_after(client.next, number)
        } else {
            number == server.next && !is_after(client.next, acknowledged)
        };
        if is_right && self.is_allowed(by, segment) {
            self.state = State::Established;
            self.others = Vec::new();
            self.go_on(by, segment);
        }
    }

    /// Checks the windows.
    fn is_allowed(&self, by: usize, segment: &Segment<'_>) -> bool {
        let (mine, other) = (&self.sides[by], &self.sides[1 - by]);
        let is_acknowledged_early =
            segment.has(ACK) && is_after(segment.acknowledged(), other.allowed);
        !is_acknowledged_early && !is_after(segment.end(), mine.allowed)
    }

    fn reset(&mut self, by: usize, segment: &Segment<'_>) {
        if segment.sequence() != self.sides[by].next || !self.is_allowed(by, segment) {
            return;
        }
        // The other side's data wait for a segment of another kind.
        self.sides[by].inspected = self.sides[by].sent;
        self.inspect();
        self.state = State::Closed(Some(by));
    }

    fn go_on(&mut self, by: usize, segment: &Segment<'_>) {
        let mine = &self.sides[by];
        let is_due =
            self.state == State::FinWait1 && segment.has(FIN) && segment.end() == mine.next;
        let is_repeated = is_after(mine.acknowledged, segment.end()) && !is_due;
        let is_nothing = !segment.has(ACK) && !segment.has(FIN);
        if is_repeated || is_nothing || !self.is_allowed(by, segment) {
            return;
        }
        let next_state = self.next_state(by, segment);
        let is_other_done = self.sides[1 - by].fin.is_some();
        if self.sides[by].take(segment, is_other_done) {
            self.dialogue.hear(by, segment.payload);
        }
        let (mine, end) = (&mut self.sides[by], segment.end());
        mine.next = later(end, mine.next);
        if segment.has(FIN) {
            mine.fin = mine.fin.or(Some(end));
            if next_state == State::FinWait1 {
                mine.next = later(end.wrapping_add(1), mine.next);
            }
        }
        if segment.has(ACK) {
            self.acknowledge(by, segment);
        }
        self.state = next_state;
    }

    fn acknowledge(&mut self, by: usize, segment: &Segment<'_>) {
        let window = segment.window() << self.sides[by].scale;
        let other = &mut self.sides[1 - by];
        if !other.acknowledge(segment.acknowledged(), window) {
            return;
        }
        if other.is_beyond {
            self.dialogue.break_off();
        }
        self.inspect();
    }

    fn inspect(&mut self) {
        let [client, server] = &mut self.sides;
        if client.inspected_bytes() > 0 && server.inspected_bytes() == 0 {
            client.is_headless = false;
        }
        let bytes = [CLIENT, SERVER].map(|side| self.sides[side].inspected_bytes());
        self.dialogue.inspect(bytes);
    }

    fn next_state(&self, by: usize, segment: &Segment<'_>) -> State {
        let (mine, other) = (&self.sides[by], &self.sides[1 - by]);
        let (is_fin, is_ack) = (segment.has(FIN), segment.has(ACK));
        let ahead = segment.sequence().wrapping_sub(mine.next);
        let is_last =
            is_ack && !is_fin && !is_after(other.acknowledged, segment.acknowledged()) && ahead < 2;
        match (self.state, by) {
            (State::Established, CLIENT) if is_fin => State::CloseWait,
            (State::Established, _) if is_fin => State::FinWait1,
            (State::CloseWait, SERVER) if is_fin => State::LastAck,
            (State::FinWait1, CLIENT) if is_fin && is_ack => State::TimeWait,
            (State::FinWait1, CLIENT) if is_fin => State::Closing,
            (State::FinWait1, CLIENT) if segment.acknowledged() == other.next => State::FinWait2,
            (State::FinWait2, CLIENT) if is_fin => State::TimeWait,
            (State::Closing, SERVER) if is_ack => State::TimeWait,
            (State::LastAck, CLIENT) | (State::TimeWait, _) if is_last => State::Closed(None),
            (same, _) => same,
        }
    }

    /// Returns `true` if something is left to inspect, so that the worker retires the flow unless
    /// it times out.
    pub(crate) fn ends_on_worker(&self) -> bool {
        let reset_by = match self.state {
            State::NotFollowed | State::SynSent | State::SynReceived => return false,
            State::Closed(reset_by) => reset_by,
            _ => return true,
        };
        // Then Suricata still waits for the beginning.
        if self.sides[CLIENT].is_headless && reset_by == Some(CLIENT) {
            return true;
        }
        let is_all_inspected = self.sides.iter().all(|side| side.inspected == side.sent);
        let has_data = self.sides.iter().any(Side::has_data);
        has_data && !self.dialogue.is_done(is_all_inspected, reset_by)
    }
}
