//! Captures of one pair of ports, written as a script, and how Suricata ends their flows.

use etherparse::{PacketBuilder, TcpHeader};

/// What is sent by client and server, a script, and flows, and how many of them Suricata 8.0.8 finishes on the flow
/// recycler (`--runmode single`). Workers retire the others without the finish callbacks.
pub const ENDINGS: [(&str, &str, [u64; 2]); 56] = [
    ("dots", "cS", [1, 1]),
    ("dots", "cS sRA", [1, 1]),
    ("dots", "cS sSA", [1, 1]),
    ("dots", "cPA sPA", [1, 1]),
    ("dots", "cS sSA cA", [1, 0]),
    ("dots", "cS sSA cA cFA sA", [1, 0]),
    ("dots", "cS sSA cA cFA sFA cA", [1, 1]),
    ("dots", "cS sSA cA cFA sFA sA", [1, 0]),
    ("dots", "cS sSA cA cRA", [1, 1]),
    ("dots", "cS sSA cA cPA sPA", [1, 0]),
    ("dots", "cS sSA cA cPA cFA sFA cA", [1, 0]),
    ("dots", "cS sSA cA cPA sPA cFA sFA cA", [1, 1]),
    ("dots", "cS sSA cA cPA sPA cRA", [1, 0]),
    ("dots", "cS sSA cA cPA sPA sRA", [1, 1]),
    ("a dot", "cS sSA cA cPA sPA cFA sFA cA", [1, 0]),
    ("http", "cS sSA cA cPA cFA sFA cA", [1, 0]),
    ("http", "cS sSA cA cPA sPA cFA sFA cA", [1, 1]),
    (
        "http",
        "cS sSA cA cPA sPA cPA sPA cPA sPA cFA sFA cA",
        [1, 0],
    ),
    ("http", "cS sSA cA cPA sPA cPA sPA cPA sPA cRA", [1, 0]),
    ("http", "cS sSA cA cPA sPA cPA sPA cPA sPA", [1, 0]),
    ("http", "cS sSA cA cPA sA sPA cA cRA", [1, 0]),
    ("http with length", "cS sSA cA cPA sA sPA cA cRA", [1, 1]),
    (
        "http with length",
        "cS sSA cA cPA sPA cPA sPA cFA sFA cA",
        [1, 1],
    ),
    ("tls", "cS sSA cA cPA sPA cFA sFA cA", [1, 1]),
    ("tls", "cS sSA cA cPA sPA sRA", [1, 0]),
    ("ssh", "cS sSA cA cPA sPA cFA sFA cA", [1, 0]),
    ("dots", "cS +29 cA", [1, 1]),
    ("dots", "cS +30 cA", [2, 1]),
    ("dots", "cS sSA cA +299 cA", [1, 0]),
    ("dots", "cS sSA cA +300 cA", [2, 1]),
    ("dots", "cS sSA cA cPA sPA cFA sFA cA +9 cA", [1, 1]),
    ("dots", "cS sSA cA cPA sPA cFA sFA cA +10 cA", [2, 1]),
    ("dots", "cS sSA cA cPA sPA cFA sFA cA cS", [2, 1]),
    ("dots", "cS sSA cA cS", [1, 0]),
    ("dots", "cS sSA cA cFA cS", [2, 1]),
    ("dots", "cA cS", [2, 1]),
    // What is wrong is left out, and what is missing is waited for.
    ("dots", "cS sSA cA cR>", [1, 0]),
    ("dots", "cS sSA cA> sPA>", [1, 1]),
    ("dots", "cS sSA cA cPA- cPA sA sPA cA cFA sFA cA", [1, 1]),
    ("dots", "cS sSA cA cPA sPA- cA cFA sFA cA", [1, 0]),
    ("dots", "cS sSA cA cPA sPA cA cPA> cFA sFA cA", [1, 1]),
    // A SYN that is sent again begins nothing, nor does one before the client has ended what the server has.
    ("dots", "cS sSA cA cFA sFA cA cS=", [1, 1]),
    ("dots", "cS sSA cA sFA cS", [1, 0]),
    ("dots", "cS sSA cA sFA cFA cS", [1, 0]),
    ("dots", "cS sSA cA sFA cFA sA cS", [2, 1]),
    ("dots", "cS sSA cA cRA cSF", [1, 1]),
    ("smtp", "cS sSA cA sPA cPA sPA cFA sFA cA", [1, 0]),
    ("pop3", "cS sSA cA sPA cPA sPA cFA sFA cA", [1, 1]),
    ("ftp", "cS sSA cA sPA cPA cFA sFA cA", [1, 0]),
    ("ftp", "cS sSA cA sPA cPA sPA cFA sFA cA", [1, 1]),
    ("dots", "cU +29 cU", [1, 1]),
    ("dots", "cU +30 cU", [2, 1]),
    ("dots", "cU cU +30 cU", [2, 1]),
    ("dots", "cU sU +299 cU", [1, 1]),
    ("dots", "cU sU +300 cU", [2, 1]),
    ("dots", "cU +10000 cU +10000 cU +10000 cU +10000 cU", [5, 1]),
];

/// The first sequence numbers of client and server.
const FIRST: [u32; 2] = [1_000, 5_000];

/// A capture of raw IP. Each token of `script` is a packet: who sends it (`c`lient, `s`erver), and its flags; `P` has a
/// payload, `U` is UDP. Then may come `>`, a sequence number that is 100,000 too high; `=`, that of the SYN; `-`, a packet
/// that is lost. `+30` lets 30 seconds pass.
///
/// # Panics
///
/// Where `what` is none of those in [`ENDINGS`], or the script cannot be read.
#[must_use]
pub fn scripted(what: &str, script: &str) -> Vec<u8> {
    let tls = |kind, length| {
        [
            &[
                0x16,
                3,
                kind,
                0,
                length + 4,
                length / 40,
                0,
                0,
                length,
                3,
                3,
            ][..],
            &[b'r'; 32],
        ]
        .concat()
    };
    let payloads = match what {
        "dots" => [vec![b'.'; 32], vec![b'.'; 32]],
        "a dot" => [b".".to_vec(), b".".to_vec()],
        "http" => [
            b"GET / HTTP/1.0\r\n\r\n".to_vec(),
            b"HTTP/1.0 200 OK\r\n\r\n".to_vec(),
        ],
        "http with length" => [
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab".to_vec(),
        ],
        "tls" => [
            [&tls(1, 41)[..], &[0, 0, 2, 0, 0x2f, 1, 0]].concat(),
            [&tls(3, 38)[..], &[0, 0, 0x2f, 0]].concat(),
        ],
        "pop3" => [
            b"CAPA\r\nUSER the-name-of-one\r\n".to_vec(),
            b"+OK POP3 ready to serve\r\n".to_vec(),
        ],
        "smtp" => [
            b"EHLO x.example.com\r\n".to_vec(),
            b"220 x.example.com ESMTP\r\n".to_vec(),
        ],
        "ftp" => [b"USER x\r\n".to_vec(), b"220 FTP\r\n".to_vec()],
        "ssh" => [b"SSH-2.0-x\r\n".to_vec(), b"SSH-2.0-y\r\n".to_vec()],
        other => panic!("there is no payload {other:?}"),
    };
    let (link_of_raw_ip, snap_length) = (101, 65_535);
    let words = [0xa1b2_c3d4, 0x0004_0002, 0, 0, snap_length, link_of_raw_ip];
    let mut file = words.map(u32::to_le_bytes).concat();
    let (mut next, mut seconds) = (FIRST, 1_700_000_000);
    for token in script.split_whitespace() {
        if let Some(more) = token.strip_prefix('+') {
            seconds += more.parse::<u32>().expect("a number of seconds");
            continue;
        }
        let packet = packet(token, &payloads, &mut next);
        if token.ends_with('-') {
            continue;
        }
        let length = packet.len() as u32;
        file.extend([seconds, 0, length, length].map(u32::to_le_bytes).concat());
        file.extend(packet);
    }
    file
}

fn packet(token: &str, payloads: &[Vec<u8>; 2], next: &mut [u32; 2]) -> Vec<u8> {
    let by = usize::from(token.starts_with('s'));
    let has = |flag| token[1..].contains(flag);
    let (hosts, ports) = ([[10, 0, 0, 1], [10, 0, 0, 2]], [20_000, 80]);
    let ip = PacketBuilder::ipv4(hosts[by], hosts[1 - by], 64);
    let payload: &[u8] = if has('P') || has('U') {
        &payloads[by]
    } else {
        &[]
    };
    let mut packet = Vec::new();
    let written = if has('U') {
        ip.udp(ports[by], ports[1 - by]).write(&mut packet, payload)
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
        // Where the number is another one, the next is not.
        if number == next[by] {
            next[by] += payload.len() as u32 + u32::from(tcp.syn) + u32::from(tcp.fin);
        }
        ip.tcp_header(tcp).write(&mut packet, payload)
    };
    written.expect("a Vec takes all that is written");
    packet
}
