//! Reads captures back with the parsers of the field and counts what is in them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::process::Command;
use std::time::Duration;

use capture::{Count, Expectation, Plan};
use etherparse::{NetSlice, SlicedPacket, TcpSlice, TransportSlice, UdpSlice};
use pcap_file::pcap::PcapReader;

/// One packet: when, from where, to where, and what of TCP is of interest.
struct Seen {
    time: Duration,
    protocol: &'static str,
    source: (IpAddr, u16),
    destination: (IpAddr, u16),
    flags: String,
    payload: usize,
}

impl Seen {
    /// The same for both directions of a flow.
    fn flow(&self) -> (&'static str, (IpAddr, u16), (IpAddr, u16)) {
        let low = self.source.min(self.destination);
        let high = self.source.max(self.destination);
        (self.protocol, low, high)
    }
}

fn capture_of(plan: Plan) -> (Vec<u8>, Expectation) {
    let mut bytes = Vec::new();
    let expectation = capture::write_pcap(plan, &mut bytes).unwrap();
    (bytes, expectation)
}

fn read(bytes: &[u8]) -> Vec<Seen> {
    let mut reader = PcapReader::new(bytes).unwrap();
    let mut seen = Vec::new();
    while let Some(packet) = reader.next_packet() {
        let packet = packet.unwrap();
        assert_eq!(packet.orig_len as usize, packet.data.len());
        seen.push(parse(packet.timestamp, &packet.data));
    }
    seen
}

/// Parses a frame; fails on any checksum that is wrong.
fn parse(time: Duration, frame: &[u8]) -> Seen {
    let sliced = SlicedPacket::from_ethernet(frame).unwrap();
    let net = sliced.net.unwrap();
    let addresses: (IpAddr, IpAddr) = match &net {
        NetSlice::Ipv4(v4) => {
            let header = v4.header();
            assert_eq!(
                header.header_checksum(),
                header.to_header().calc_header_checksum()
            );
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        NetSlice::Ipv6(v6) => (
            v6.header().source_addr().into(),
            v6.header().destination_addr().into(),
        ),
        other => panic!("neither IPv4 nor IPv6: {other:?}"),
    };
    let v6 = addresses.0.is_ipv6();
    match sliced.transport.unwrap() {
        TransportSlice::Tcp(tcp) => Seen {
            time,
            protocol: if v6 { "tcp-ipv6" } else { "tcp-ipv4" },
            source: (addresses.0, tcp.source_port()),
            destination: (addresses.1, tcp.destination_port()),
            flags: flags(&tcp, &net),
            payload: tcp.payload().len(),
        },
        TransportSlice::Udp(udp) => {
            assert_eq!(udp.checksum(), udp_checksum(&udp, &net));
            Seen {
                time,
                protocol: if v6 { "udp-ipv6" } else { "udp-ipv4" },
                source: (addresses.0, udp.source_port()),
                destination: (addresses.1, udp.destination_port()),
                flags: String::new(),
                payload: udp.payload().len(),
            }
        }
        other => panic!("neither TCP nor UDP: {other:?}"),
    }
}

fn flags(tcp: &TcpSlice, net: &NetSlice) -> String {
    let header = tcp.to_header();
    let checksum = match net {
        NetSlice::Ipv4(v4) => header.calc_checksum_ipv4(&v4.header().to_header(), tcp.payload()),
        NetSlice::Ipv6(v6) => header.calc_checksum_ipv6(&v6.header().to_header(), tcp.payload()),
        _ => unreachable!(),
    };
    assert_eq!(tcp.checksum(), checksum.unwrap());
    [
        (tcp.syn(), 'S'),
        (tcp.fin(), 'F'),
        (tcp.psh(), 'P'),
        (tcp.ack(), 'A'),
    ]
    .into_iter()
    .filter_map(|(set, letter)| set.then_some(letter))
    .collect()
}

fn udp_checksum(udp: &UdpSlice, net: &NetSlice) -> u16 {
    let header = udp.to_header();
    match net {
        NetSlice::Ipv4(v4) => header.calc_checksum_ipv4(&v4.header().to_header(), udp.payload()),
        NetSlice::Ipv6(v6) => header.calc_checksum_ipv6(&v6.header().to_header(), udp.payload()),
        _ => unreachable!(),
    }
    .unwrap()
}

#[test]
fn the_capture_holds_the_flows_and_packets_that_it_promises() {
    for (flows, packets) in [(1, 1), (7, 2), (64, 6), (65, 3), (1000, 5)] {
        let (bytes, expectation) = capture_of(Plan { flows, packets });
        let mut found: BTreeMap<_, u64> = BTreeMap::new();
        for packet in read(&bytes) {
            *found.entry(packet.flow()).or_default() += 1;
        }
        let mut counted = Expectation::default();
        for ((protocol, _, _), packets) in found {
            let of_protocol = counted.protocols.entry(protocol.to_owned()).or_default();
            for count in [&mut counted.total, of_protocol] {
                count.flows += 1;
                count.packets += packets;
            }
        }
        assert_eq!(counted, expectation);
        assert_eq!(counted.total.flows, u64::from(flows));
    }
}

#[test]
fn protocols_have_equal_shares_and_the_known_number_of_packets() {
    let (_, expectation) = capture_of(Plan {
        flows: 400,
        packets: 5,
    });
    let tcp = Count {
        flows: 100,
        packets: 100 * (3 + 5 + 3),
    };
    let udp = Count {
        flows: 100,
        packets: 100 * 5,
    };
    let protocols = [
        ("tcp-ipv4", tcp),
        ("tcp-ipv6", tcp),
        ("udp-ipv4", udp),
        ("udp-ipv6", udp),
    ];
    assert_eq!(
        expectation.protocols,
        protocols
            .map(|(name, count)| (name.to_owned(), count))
            .into()
    );
    assert_eq!(
        expectation.total,
        Count {
            flows: 400,
            packets: 3200
        }
    );
}

#[test]
fn tcp_flows_have_handshake_data_both_ways_and_close() {
    let (bytes, _) = capture_of(Plan {
        flows: 1,
        packets: 2,
    });
    let seen = read(&bytes);
    let client = seen[0].source;
    let packets: Vec<_> = seen
        .iter()
        .map(|packet| {
            (
                packet.source == client,
                packet.flags.as_str(),
                packet.payload > 0,
            )
        })
        .collect();
    assert_eq!(
        packets,
        [
            (true, "S", false),
            (false, "SA", false),
            (true, "A", false),
            (true, "PA", true),
            (false, "PA", true),
            (true, "FA", false),
            (false, "FA", false),
            (true, "A", false),
        ]
    );
}

#[test]
fn each_protocol_has_flows_begun_from_either_side() {
    let (bytes, _) = capture_of(Plan {
        flows: 8,
        packets: 2,
    });
    let mut firsts = BTreeMap::new();
    for packet in read(&bytes) {
        firsts
            .entry(packet.flow())
            .or_insert((packet.protocol, inside(packet.source.0)));
    }
    let mut sides: Vec<_> = firsts.into_values().collect();
    sides.sort_unstable();
    assert_eq!(
        sides,
        ["tcp-ipv4", "tcp-ipv6", "udp-ipv4", "udp-ipv6"]
            .into_iter()
            .flat_map(|protocol| [(protocol, false), (protocol, true)])
            .collect::<Vec<_>>()
    );
}

fn inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => {
            address.segments()[..3]
                == Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0).segments()[..3]
        }
    }
}

#[test]
fn talkers_begin_the_flows_that_they_are_said_to() {
    let plan = Plan {
        flows: 2000,
        packets: 2,
    };
    let mut bytes = Vec::new();
    let expectation = capture::write_pcap_with_talkers(plan, &mut bytes).unwrap();
    let mut flows: BTreeMap<_, (IpAddr, u64)> = BTreeMap::new();
    for packet in read(&bytes) {
        let flow = flows.entry(packet.flow()).or_insert((packet.source.0, 0));
        flow.1 += 1;
    }
    assert_eq!(flows.len(), 2000, "no two flows look the same");
    let mut sources: BTreeMap<IpAddr, Count> = BTreeMap::new();
    for (source, packets) in flows.into_values() {
        let source = sources.entry(source).or_default();
        source.flows += 1;
        source.packets += packets;
    }
    sources.retain(|_, count| count.flows > 1);
    let talkers = expectation.talkers;
    assert!(talkers.is_sorted_by(|a, b| a.total.packets >= b.total.packets));
    let (inside, outside): (Vec<_>, Vec<_>) = talkers.iter().partition(|t| inside(t.source));
    assert_eq!(outside.len(), 2, "IPv4 and IPv6");
    assert!(inside.len() > 10, "{inside:?}");
    let talkers: BTreeMap<_, _> = talkers.into_iter().map(|t| (t.source, t.total)).collect();
    assert_eq!(talkers, sources);
}

#[test]
fn flows_are_interleaved_and_time_never_goes_back() {
    let (bytes, _) = capture_of(Plan {
        flows: 8,
        packets: 2,
    });
    let seen = read(&bytes);
    assert!(seen.windows(2).all(|pair| pair[0].time < pair[1].time));
    assert!(
        seen.windows(2)
            .take(8)
            .all(|pair| pair[0].flow() != pair[1].flow())
    );
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let plan = Plan {
        flows: 100,
        packets: 4,
    };
    assert_eq!(capture_of(plan), capture_of(plan));
}

#[test]
fn the_erf_file_holds_the_packets_of_the_pcap_file() {
    let plan = Plan {
        flows: 70,
        packets: 3,
    };
    let (pcap, expectation) = capture_of(plan);
    let mut erf = Vec::new();
    assert_eq!(capture::write_erf(plan, &mut erf).unwrap(), expectation);

    let mut reader = PcapReader::new(&pcap[..]).unwrap();
    let mut rest = &erf[..];
    while let Some(packet) = reader.next_packet() {
        let packet = packet.unwrap();
        let (header, after) = rest.split_at(16);
        let fraction = u32::from_le_bytes(header[..4].try_into().unwrap());
        let seconds = u32::from_le_bytes(header[4..8].try_into().unwrap());
        let record_length = u16::from_be_bytes(header[10..12].try_into().unwrap());
        let wire_length = u16::from_be_bytes(header[14..].try_into().unwrap());
        let time = f64::from(seconds) + f64::from(fraction) / 2f64.powi(32);
        assert!((time - packet.timestamp.as_secs_f64()).abs() < 1e-6);
        assert_eq!((header[8], header[9]), (2, 4), "Ethernet, lengths vary");
        assert_eq!(usize::from(wire_length), packet.data.len());
        assert_eq!(usize::from(record_length), 18 + packet.data.len());
        let (frame, after) = after[2..].split_at(packet.data.len());
        assert_eq!(frame, &packet.data[..]);
        rest = after;
    }
    assert!(rest.is_empty());
}

#[test]
fn the_command_writes_the_file_and_prints_the_expectation() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("flows.pcap");
    let output = Command::new(env!("CARGO_BIN_EXE_capture"))
        .args(["--flows", "10", "--packets", "3", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let (bytes, expectation) = capture_of(Plan {
        flows: 10,
        packets: 3,
    });
    assert_eq!(std::fs::read(&out).unwrap(), bytes);
    let printed: Expectation = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, expectation);
}

#[test]
fn the_command_writes_erf_on_request() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("flows.erf");
    let output = Command::new(env!("CARGO_BIN_EXE_capture"))
        .args([
            "--flows",
            "10",
            "--packets",
            "3",
            "--format",
            "erf",
            "--out",
        ])
        .arg(&out)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut erf = Vec::new();
    capture::write_erf(
        Plan {
            flows: 10,
            packets: 3,
        },
        &mut erf,
    )
    .unwrap();
    assert_eq!(std::fs::read(&out).unwrap(), erf);
}

#[test]
fn the_command_names_what_it_cannot_do() {
    let failures: [(&[&str], &str); 4] = [
        (&["--flows", "0", "--out", "/dev/null"], "--flows"),
        (&["--packets", "1001", "--out", "/dev/null"], "--packets"),
        (
            &["--flows", "20001", "--talkers", "--out", "/dev/null"],
            "at most 20000 flows with talkers",
        ),
        (
            &["--flows", "1", "--out", "/nonexistent/x.pcap"],
            "/nonexistent/x.pcap",
        ),
    ];
    for (arguments, named) in failures {
        let output = Command::new(env!("CARGO_BIN_EXE_capture"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(!output.status.success());
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(named), "{message}");
    }
}
