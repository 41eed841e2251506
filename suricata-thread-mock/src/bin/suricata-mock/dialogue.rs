//! What is said in a conversation of TCP, and whether Suricata is done with it. Found by trial in 8.0.8, without rules.
//!
//! Suricata knows many protocols, and this tells a few of them by their first bytes. What it does not know is taken for
//! nobody's protocol.

use crate::http::Exchange;

/// From how many bytes of the client, and of the server, on Suricata gives up on a protocol that it does not know.
const ENOUGH: [u32; 2] = [17, 10];

pub(crate) const CLIENT: usize = 0;
pub(crate) const SERVER: usize = 1;

/// What the first bytes look like.
#[derive(PartialEq, Eq)]
enum Protocol {
    Unknown,
    Http,
    Tls,
    Ftp,
    /// One whose conversations are never done.
    Other,
}

/// The first bytes of a side.
#[derive(Default)]
struct Beginning {
    bytes: [u8; 8],
    length: usize,
}

/// What both sides say.
#[derive(Default)]
pub(crate) struct Dialogue {
    beginnings: [Beginning; 2],
    http: Exchange,
    /// Whether the server has spoken last.
    is_answered: bool,
    /// Whether enough of both sides was looked at, and is in no known protocol.
    is_given_up: bool,
}

impl Dialogue {
    /// Takes the next data of a side.
    pub(crate) fn hear(&mut self, by: usize, data: &[u8]) {
        if self.is_given_up {
            return;
        }
        let Beginning { bytes, length } = &mut self.beginnings[by];
        let more = data.len().min(bytes.len() - *length);
        bytes[*length..*length + more].copy_from_slice(&data[..more]);
        *length += more;
        self.is_answered = by == SERVER;
        match by {
            CLIENT => self.http.ask(data),
            _ => self.http.answer(data),
        }
    }

    /// Takes how many bytes of the client and of the server were looked at.
    pub(crate) fn inspect(&mut self, inspected: [u32; 2]) {
        let is_enough = inspected[CLIENT] >= ENOUGH[CLIENT] && inspected[SERVER] >= ENOUGH[SERVER];
        if is_enough && !self.is_given_up {
            self.is_given_up = self.protocol() == Protocol::Unknown;
        }
    }

    /// Takes that data are missing from what was looked at.
    pub(crate) fn break_off(&mut self) {
        self.is_given_up |= self.protocol() == Protocol::Unknown;
    }

    /// Whether there is nothing to inspect in a conversation that is over, whose data were all looked at or not.
    pub(crate) fn is_done(&self, is_all_inspected: bool, reset_by: Option<usize>) -> bool {
        if self.is_given_up {
            // What comes later is of no interest.
            return true;
        }
        let are_both_heard = self.beginnings.iter().all(|side| side.length > 0);
        let is_complete = match self.protocol() {
            Protocol::Unknown | Protocol::Other => false,
            Protocol::Http => self.http.is_answered(reset_by != Some(CLIENT)),
            Protocol::Tls => reset_by.is_none(),
            Protocol::Ftp => self.is_answered,
        };
        is_all_inspected && are_both_heard && is_complete
    }

    fn protocol(&self) -> Protocol {
        let [client, server] = &self.beginnings;
        let (client, server) = (&client.bytes, &server.bytes);
        let begins = |with: &[&[u8]]| with.iter().any(|with| client.starts_with(with));
        let answers = |with: &[&[u8]]| with.iter().any(|with| server.starts_with(with));
        if self.http.is_seen() {
            Protocol::Http
        } else if begins(&[b"\x16\x03"]) || answers(&[b"\x16\x03"]) {
            Protocol::Tls
        } else if begins(&[b"SSH-", b"EHLO", b"HELO"]) || answers(&[b"SSH-"]) {
            Protocol::Other
        } else if begins(&[b"USER "]) || answers(&[b"220 FTP"]) {
            Protocol::Ftp
        } else if answers(&[b"220 ", b"220-"]) {
            Protocol::Other
        } else {
            Protocol::Unknown
        }
    }
}
