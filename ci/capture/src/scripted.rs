//! Captures of one pair of ports from scripts, and the way Suricata ends their flows.

use std::net::IpAddr;
use std::time::Duration;

use etherparse::{PacketBuilder, TcpHeader};
use pcap_file::pcap::{PcapPacket, PcapWriter};

use crate::START;

/// Returns the rows of `endings.tsv`: payload, script, and the numbers of flows and of those that Suricata finishes.
pub fn endings() -> Vec<(&'static str, &'static str, [u64; 2])> {
    let lines = include_str!("../endings.tsv").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    let ending = |line: &'static str| {
        let fields: Vec<_> = line.split('\t').collect();
        let number = |at: usize| fields[at].parse().expect("a number");
        (fields[0], fields[1], [number(2), number(3)])
    };
    lines.map(ending).collect()
}

/// The first sequence numbers of client and server.
pub(crate) const FIRST: [u32; 2] = [1_000, 5_000];

/// Client and server of a flow.
pub(crate) struct Ends {
    pub(crate) hosts: [IpAddr; 2],
    pub(crate) ports: [u16; 2],
    /// The payload that each of them sends.
    pub(crate) payloads: [Vec<u8>; 2],
}

/// Returns a capture of one flow, or of several with the same ends.
///
/// Each token of `script` is a packet: its sender (`c`lient or `s`erver) and its flags. `P` has the payload of that
/// name, one of those in [`endings`]; `U` is UDP. At the end, `>` makes the sequence number 100,000 too high, `=` makes
/// it that of the SYN, and `-` loses the packet. `+30` lets 30 seconds pass.
#[must_use]
pub fn scripted(payload: &str, script: &str) -> Vec<u8> {
    let tls = |kind, length, rest: &[u8]| {
        let record = [0x16, 3, kind, 0, length + 4, length / 40];
        [&record[..], &[0, 0, length, 3, 3], &[b'r'; 32], rest].concat()
    };
    let client_hello = tls(1, 41, &[0, 0, 2, 0, 0x2f, 1, 0]);
    let server_hello = tls(3, 38, &[0, 0, 0x2f, 0]);
    let payloads: [&[u8]; 2] = match payload {
        "dots" => [&[b'.'; 32]; 2],
        "a dot" => [b"."; 2],
        "http" => [b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"],
        "http with length" => [
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
        ],
        "tls" => [&client_hello, &server_hello],
        "pop3" => [
            b"CAPA\r\nUSER the-name-of-one\r\n",
            b"+OK POP3 ready to serve\r\n",
        ],
        "smtp" => [b"EHLO x.example.com\r\n", b"220 x.example.com ESMTP\r\n"],
        "ftp" => [b"USER x\r\n", b"220 FTP\r\n"],
        "ssh" => [b"SSH-2.0-x\r\n", b"SSH-2.0-y\r\n"],
        other => panic!("there is no payload {other:?}"),
    };
    let ends = Ends {
        hosts: [[10, 0, 0, 1], [10, 0, 0, 2]].map(IpAddr::from),
        ports: [20_000, 80],
        payloads: payloads.map(<[u8]>::to_vec),
    };
    let mut file = PcapWriter::new(Vec::new()).expect("a Vec takes all that is written");
    let (mut next, mut time) = (FIRST, START);
    for token in script.split_whitespace() {
        if let Some(more) = token.strip_prefix('+') {
            time += Duration::from_secs(more.parse().expect("a number of seconds"));
            continue;
        }
        let frame = ends.frame(token, &mut next);
        if !token.ends_with('-') {
            let packet = PcapPacket::new(time, frame.len() as u32, &frame);
            file.write_packet(&packet)
                .expect("a Vec takes all that is written");
        }
    }
    file.into_writer()
}

impl Ends {
    /// Returns the Ethernet frame for a token of a script. A TCP segment acknowledges everything that the other side
    /// has sent; `next` holds the next sequence numbers.
    pub(crate) fn frame(&self, token: &str, next: &mut [u32; 2]) -> Vec<u8> {
        let by = usize::from(token.starts_with('s'));
        let has = |flag| token[1..].contains(flag);
        let (hosts, ports) = (self.hosts, self.ports);
        let macs = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];
        let ethernet = PacketBuilder::ethernet2(macs[by], macs[1 - by]);
        let ip = match (hosts[by], hosts[1 - by]) {
            (IpAddr::V4(from), IpAddr::V4(to)) => ethernet.ipv4(from.octets(), to.octets(), 64),
            (IpAddr::V6(from), IpAddr::V6(to)) => ethernet.ipv6(from.octets(), to.octets(), 64),
            _ => unreachable!("both hosts of a flow have the same kind of address"),
        };
        let payload: &[u8] = if has('P') || has('U') {
            &self.payloads[by]
        } else {
            &[]
        };
        let mut frame = Vec::new();
        let written = if has('U') {
            ip.udp(ports[by], ports[1 - by]).write(&mut frame, payload)
        } else {
            let number = match token.chars().last() {
                Some('>') => next[by] + 100_000,
                Some('=') => FIRST[by],
                _ => next[by],
            };
            let mut tcp = TcpHeader::new(ports[by], ports[1 - by], number, 65_535);
            (tcp.fin, tcp.syn, tcp.rst) = (has('F'), has('S'), has('R'));
            (tcp.psh, tcp.ack) = (has('P'), has('A'));
            tcp.acknowledgment_number = if tcp.ack { next[1 - by] } else { 0 };
            // A packet out of order does not change the next number.
            if number == next[by] {
                next[by] += payload.len() as u32 + u32::from(tcp.syn) + u32::from(tcp.fin);
            }
            ip.tcp_header(tcp).write(&mut frame, payload)
        };
        written.expect("a Vec takes all that is written");
        frame
    }
}
