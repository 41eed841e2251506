//! Captures: the program counts what Suricata 8.0.8 counted with the same files (`-k none --runmode
//! single`), or lists what it leaves out.

use std::fs;
use std::path::Path;
use std::process::Command;

mod built;
mod workspace;

use built::c_plugin;
use workspace::example;

/// A packet of IPv4, from 10.0.0.1 to 10.0.0.2.
fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = (20 + payload.len()) as u16;
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    packet.extend(payload);
    packet
}

fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend((payload.len() as u16).to_be_bytes());
    packet.extend([next, 64]);
    packet.extend([[0xfe; 16], [0xfd; 16]].concat());
    packet.extend(payload);
    packet
}

/// UDP to port 2000, with this length in its header.
fn udp_of_length(from: u16, length: u16, payload: &[u8]) -> Vec<u8> {
    let header = [from, 2000, length, 0].map(u16::to_be_bytes).concat();
    [&header, payload].concat()
}

fn udp(from: u16) -> Vec<u8> {
    udp_of_length(from, 13, b"hello")
}

fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&[2; 12], &ether_type.to_be_bytes()[..], payload].concat()
}

fn vlan(id: u16, ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&id.to_be_bytes(), &ether_type.to_be_bytes()[..], payload].concat()
}

fn pcap(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    timed(link, packets.iter().map(|packet| (1, &**packet)))
}

/// A capture of packets with their seconds; each comes 2 microseconds later.
fn timed<'a>(link: u32, packets: impl IntoIterator<Item = (u32, &'a [u8])>) -> Vec<u8> {
    let mut file = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, link]
        .map(u32::to_le_bytes)
        .concat();
    for (second, packet) in packets {
        let length = packet.len() as u32;
        file.extend([second, 2, length, length].map(u32::to_le_bytes).concat());
        file.extend(packet);
    }
    file
}

/// Returns the program's status, and its output for a capture with these bytes.
fn run(bytes: &[u8], more: &[&str]) -> (Option<i32>, String) {
    let plugin = example(Path::new(env!("CARGO_TARGET_TMPDIR")), "flow-counter");
    run_plugin(&plugin, bytes, more)
}

fn run_plugin(plugin: &Path, bytes: &[u8], more: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("some.pcap");
    fs::write(&capture, bytes).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_suricata-mock"));
    run.args(["run", "--runmode", "single", "--pcap"])
        .arg(capture)
        .args(more);
    let output = run.arg(plugin).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// A name, the capture's packets and link type, and Suricata's counts.
type Case = (&'static str, u32, Vec<Vec<u8>>, (u64, u64));

fn cases() -> Vec<Case> {
    let one = ipv4(17, &udp(1000));
    let both = vec![one.clone(), ipv6(17, &udp(1000))];
    let in_ethernet = |packet: &Vec<u8>| ethernet(0x0800, packet);
    let null = |family: u32| [&family.to_le_bytes()[..], &both[1]].concat();
    let pppoe = [&[0x11, 0, 0, 1, 0, 35, 0, 0x21], &one[..]].concat();
    let mpls = [&[0, 1, 1, 64], &one[..]].concat();
    let echo = |kind: u8| [kind, 0, 0, 0, 0, 1, 0, 1];
    let sctp = [udp(5), vec![0; 8]].concat();
    vec![
        ("raw IP", 101, both.clone(), (2, 2)),
        ("raw IP of Linux", 12, both.clone(), (2, 2)),
        (
            "NULL",
            0,
            [2, 10, 24, 28, 30].map(null)[1..].to_vec(),
            (1, 4),
        ),
        (
            "VLANs",
            1,
            [0, 1, 2]
                .map(|id| ethernet(0x8100, &vlan(id, 0x0800, &one)))
                .into_iter()
                .chain([in_ethernet(&one)])
                .collect(),
            (3, 4),
        ),
        (
            "three VLANs",
            1,
            vec![ethernet(
                0x88a8,
                &vlan(1, 0x8100, &vlan(2, 0x8100, &vlan(3, 0x0800, &one))),
            )],
            (1, 1),
        ),
        ("PPPoE", 1, vec![ethernet(0x8864, &pppoe)], (1, 1)),
        ("MPLS", 1, vec![ethernet(0x8847, &mpls)], (1, 1)),
        (
            "echo",
            101,
            vec![ipv4(1, &echo(8)), ipv4(1, &echo(8))],
            (1, 2),
        ),
        ("echo of IPv6", 101, vec![ipv6(58, &echo(128))], (1, 1)),
        ("SCTP", 101, vec![ipv4(132, &sctp)], (1, 1)),
        (
            "ESP",
            101,
            vec![ipv4(50, &[0; 16]), ipv4(50, &[1; 16])],
            (2, 2),
        ),
        (
            "lengths of UDP",
            101,
            [8, 9, 13]
                .map(|length| ipv4(17, &udp_of_length(1, length, b"hello")))
                .to_vec(),
            (1, 3),
        ),
        (
            "an IPv6 option",
            101,
            vec![ipv6(
                60,
                &[&[17, 0, 1, 4, 0, 0, 0, 0], &udp(1)[..]].concat(),
            )],
            (1, 1),
        ),
    ]
}

#[test]
fn packets_are_counted_as_in_suricata() {
    for (name, link, packets, (flows, count)) in cases() {
        let (status, said) = run(&pcap(link, &packets), &[]);
        let total = format!("{flows} flows, {count} packets, seed");
        assert!(
            status == Some(0) && said.contains(&total),
            "{name}: {total}: {said}"
        );
        assert!(!said.contains("left out"), "{name}: {said}");
    }
}

/// In captures of both byte orders, since Suricata ignores that of the file.
#[test]
fn the_family_of_null_is_little_endian_as_in_suricata() {
    let one = ipv4(17, &udp(1000));
    let both = [2u32.to_le_bytes(), 2u32.to_be_bytes()].map(|family| [&family[..], &one].concat());
    let length = both[0].len() as u32;
    let mut big = [0xa1b2_c3d4, 0x0002_0004, 0, 0, 65535, 0]
        .map(u32::to_be_bytes)
        .concat();
    for packet in &both {
        big.extend([1, 2, length, length].map(u32::to_be_bytes).concat());
        big.extend(packet);
    }
    for capture in [pcap(0, &both), big] {
        let (status, said) = run(&capture, &[]);
        assert_eq!(status, Some(0), "{said}");
        for part in [
            "1 flows, 1 packets, seed",
            "1 of 2 packets are left out, as in Suricata: 1 not IP",
        ] {
            assert!(said.contains(part), "no {part:?}: {said}");
        }
    }
}

#[test]
fn packets_left_out_are_counted_by_cause_and_a_capture_without_flows_fails_unless_allowed() {
    let one = ipv4(17, &udp(1000));
    let mut fragment = one.clone();
    fragment[6] = 0x20;
    let as_in = [
        ethernet(0x0806, &[0; 28]),
        ethernet(0x0800, &one[..30]),
        ethernet(0x0800, &ipv4(17, &udp_of_length(1, 14, b"hello"))),
        ethernet(0x0800, &ipv4(2, &[0; 8])),
    ];
    let not_as_in = [
        ethernet(0x0800, &fragment),
        ethernet(0x0800, &ipv4(4, &one)),
        ethernet(0x0800, &ipv4(1, &[13, 0, 0, 0, 0, 0, 0, 0])),
    ];
    let capture = pcap(1, &[&as_in[..], &not_as_in].concat());
    let (status, said) = run(&capture, &[]);
    for part in [
        "4 of 7 packets are left out, as in Suricata: 1 not IP, 2 cut, or of wrong lengths, 1 of a protocol without flows",
        "3 of 7 packets are left out, which Suricata does not: 1 fragments, 1 tunnels, 1 ICMP other than echo",
        "the capture has no flow to handle",
    ] {
        assert!(said.contains(part), "no {part:?}: {said}");
    }
    assert_eq!(status, Some(1));
    assert_eq!(run(&capture, &["--allow-empty"]).0, Some(0));
}

/// A late packet does not turn time back. One that comes too late begins another flow, and the
/// worker then frees the first.
#[test]
fn a_plugin_sees_the_endpoints_and_times_of_packets() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "tells", 9, &["TELLS"]);
    let packet = ipv4(17, &udp(1000));
    let times = [100, 90, 125, 155];
    let capture = timed(101, times.map(|second| (second, &*packet)));
    let (status, said) = run_plugin(&plugin, &capture, &["--suricata", "9"]);
    assert_eq!(status, Some(0), "{said}");
    let lines = said.lines().filter_map(|line| line.split_once("tells: "));
    let told: Vec<_> = lines.map(|(_, told)| told).collect();
    let ends = "10.0.0.1:1000 10.0.0.2:2000";
    let expected = [
        format!("begins {ends} 0.000000"),
        format!("packet {ends} 100.000002"),
        format!("packet {ends} 100.000002"),
        format!("packet {ends} 125.000002"),
        format!("begins {ends} 0.000000"),
        format!("packet {ends} 155.000002"),
        "freed".to_owned(),
        "freed".to_owned(),
    ];
    assert_eq!(told, expected);
}

/// The numbers of Suricata 8.0.8 for the same packets.
#[test]
fn protocols_without_ports_have_suricatas_numbers_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "tells", 9, &["TELLS"]);
    let spi = 0x1122_3344_u32.to_be_bytes();
    let esp = [&spi[..], &[0; 12]].concat();
    let packets = vec![ipv4(1, &[8, 0, 0, 0, 0, 1, 0, 1]), ipv4(50, &esp)];
    let (status, said) = run_plugin(&plugin, &pcap(101, &packets), &["--suricata", "9"]);
    assert_eq!(status, Some(0), "{said}");
    for ends in ["10.0.0.1:8 10.0.0.2:0", "10.0.0.1:13124 10.0.0.2:0"] {
        assert!(said.contains(&format!("begins {ends} ")), "{said}");
    }
}

#[test]
fn files_that_are_not_captures_are_named() {
    for (bytes, part) in [
        (&[0x1f, 0x8b, 8, 0][..], "compressed by gzip; unpack it"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "compressed by zstd; unpack it"),
        (
            &[0x34, 0xcd, 0xb2, 0xa1],
            "in the modified pcap format; convert it",
        ),
        (&pcap(108, &[]), "the link type 108 is not supported"),
    ] {
        let (status, said) = run(bytes, &[]);
        assert!(status == Some(2) && said.contains(part), "{part}: {said}");
    }
}

#[test]
fn flows_of_captures_end_as_in_suricata() {
    for (name, script, [flows, finished]) in capture::endings() {
        let (status, said) = run(&capture::scripted(name, script), &[]);
        let recycler = said.lines().find(|line| line.contains("FlowRecycler"));
        let seen = recycler.and_then(|line| line.split_whitespace().last());
        let total = format!("{flows} flows, ");
        assert!(
            status == Some(0) && said.contains(&total) && seen == Some(&finished.to_string()),
            "{name}, {script}: {flows} flows, {finished} finished: {said}"
        );
    }
}
