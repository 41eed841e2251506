//! The application data of TCP, and whether Suricata is done with them, found by trial in 8.0.8
//! without rules.
//!
//! A few protocols are known by their first bytes. Others count as unknown to Suricata.

use crate::http::Exchange;

/// Bytes of client and server after which Suricata gives up.
const ENOUGH: [u32; 2] = [17, 10];

pub(crate) const CLIENT: usize = 0;
pub(crate) const SERVER: usize = 1;

#[derive(PartialEq, Eq)]
enum Protocol {
    Unknown,
    Http,
    Tls,
    Ftp,
    /// A protocol whose conversations are never done.
    Other,
}

#[derive(Default)]
struct Beginning {
    bytes: [u8; 8],
    length: usize,
}

#[derive(Default)]
pub(crate) struct Dialogue {
    beginnings: [Beginning; 2],
    http: Exchange,
    /// The server spoke last.
    is_answered: bool,
    /// Both sides said enough in no known protocol.
    is_given_up: bool,
}

impl Dialogue {
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

    /// Notes the inspected bytes of client and server.
    pub(crate) fn inspect(&mut self, inspected: [u32; 2]) {
        let is_enough = inspected[CLIENT] >= ENOUGH[CLIENT] && inspected[SERVER] >= ENOUGH[SERVER];
        if is_enough && !self.is_given_up {
            self.is_given_up = self.protocol() == Protocol::Unknown;
        }
    }

    /// Notes that data are missing.
    pub(crate) fn break_off(&mut self) {
        self.is_given_up |= self.protocol() == Protocol::Unknown;
    }

    /// Returns `true` if Suricata has nothing left to inspect.
    pub(crate) fn is_done(&self, is_all_inspected: bool, reset_by: Option<usize>) -> bool {
        if self.is_given_up {
            // Nothing later matters.
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
