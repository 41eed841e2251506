//! Captures with a known number of flows.
//!
//! A check that counts flows in a real Suricata needs a capture of which the right answer is known
//! before Suricata has seen it. [`write_pcap`] makes one: the same [`Plan`] always gives the same bytes, and the [`Expectation`] that comes with it says what a correct counter must find.
//!
//! The flows are TCP (handshake, data from both sides, orderly close) and UDP, over IPv4 and IPv6, begun
//! from either side of the network, in equal shares. Every flow has its own addresses and ports;
//! with [`write_pcap_with_talkers`], some have the same address on the inside. Packets of flows that are
//! alive together are interleaved, as on a wire, and all checksums are right.

mod flow;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::IpAddr;
use std::time::Duration;

use pcap_file::PcapError;
use pcap_file::pcap::{PcapPacket, PcapWriter};
use serde::{Deserialize, Serialize};

pub use flow::{MAX_FLOWS, MAX_PACKETS};

use flow::Flow;

/// How many flows are alive at the same time.
const ALIVE_TOGETHER: u32 = 64;

/// Time of the first packet, since the Unix epoch.
const START: Duration = Duration::from_secs(1_700_000_000);

/// Time between two packets. With it, no flow lives long enough for Suricata to time it out.
const STEP: Duration = Duration::from_micros(10);

/// What a capture shall hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Number of flows, at most [`MAX_FLOWS`].
    pub flows: u32,
    /// Number of packets with payload in each flow, at most [`MAX_PACKETS`]; client and server send in turn, the
    /// client first. TCP flows have the packets of handshake and close as well.
    pub packets: u32,
}

/// The most flows that a capture with talkers can have: after that, a talker's ports would come again.
pub const MAX_FLOWS_WITH_TALKERS: u32 = flow::CLIENT_PORTS;

/// Number of flows, and of packets in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Number of flows.
    pub flows: u64,
    /// Number of packets of these flows.
    pub packets: u64,
}

/// What a correct counter finds in a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The whole capture: every packet belongs to a flow.
    #[serde(flatten)]
    pub total: Count,
    /// The same per protocol: `tcp-ipv4`, `tcp-ipv6`, `udp-ipv4`, `udp-ipv6`.
    pub protocols: BTreeMap<String, Count>,
    /// In a capture with talkers, the packets of the flows that each host has begun, most packets first. Hosts that
    /// have begun but one are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub talkers: Vec<Talker>,
}

/// A host that begins flows, and how much these hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talker {
    /// The host.
    pub source: IpAddr,
    /// All that it has begun.
    #[serde(flatten)]
    pub total: Count,
}

impl Expectation {
    fn add(&mut self, protocol: &str, packets: u64) {
        let of_protocol = self.protocols.entry(protocol.to_owned()).or_default();
        for count in [&mut self.total, of_protocol] {
            count.flows += 1;
            count.packets += packets;
        }
    }
}

/// Writes the capture of `plan` to `out` as a pcap file with Ethernet frames, and returns what it holds.
///
/// # Errors
///
/// What writing to `out` failed with.
///
/// # Panics
///
/// If `plan` has more than [`MAX_FLOWS`] flows or [`MAX_PACKETS`] packets per flow.
pub fn write_pcap(plan: Plan, out: impl Write) -> io::Result<Expectation> {
    pcap_of(plan, Flow::new, out)
}

/// Writes a pcap file as [`write_pcap`] does, but with a few hosts that begin many of the flows, and returns what it
/// holds, these talkers included.
///
/// # Errors
///
/// What writing to `out` failed with.
///
/// # Panics
///
/// If `plan` has more than [`MAX_FLOWS_WITH_TALKERS`] flows or [`MAX_PACKETS`] packets per flow.
pub fn write_pcap_with_talkers(plan: Plan, out: impl Write) -> io::Result<Expectation> {
    assert!(
        plan.flows <= MAX_FLOWS_WITH_TALKERS,
        "too many flows: {}",
        plan.flows
    );
    let mut expectation = pcap_of(plan, Flow::with_talkers, out)?;
    let mut talkers: BTreeMap<IpAddr, Count> = BTreeMap::new();
    for flow in (0..plan.flows).map(Flow::with_talkers) {
        let total = talkers.entry(flow.source()).or_default();
        total.flows += 1;
        total.packets += flow.frames(plan.packets).len() as u64;
    }
    talkers.retain(|_, total| total.flows > 1);
    let talkers = talkers.into_iter();
    expectation.talkers = talkers
        .map(|(source, total)| Talker { source, total })
        .collect();
    expectation
        .talkers
        .sort_by_key(|talker| Reverse(talker.total.packets));
    Ok(expectation)
}

fn pcap_of(plan: Plan, flow: fn(u32) -> Flow, out: impl Write) -> io::Result<Expectation> {
    let io_error = |error| match error {
        PcapError::IoError(error) => error,
        other => io::Error::other(other),
    };
    let mut writer = PcapWriter::new(out).map_err(io_error)?;
    let expectation = generate(plan, flow, |time, frame| {
        let length = u32::try_from(frame.len()).expect("frames are small");
        let packet = PcapPacket::new(time, length, frame);
        writer.write_packet(&packet).map_err(io_error)?;
        Ok(())
    })?;
    writer.into_writer().flush()?;
    Ok(expectation)
}

/// Gives the packets of `plan` to `put`, each with its time since the Unix epoch; `flow` makes the flow with a number.
fn generate(
    plan: Plan,
    flow: fn(u32) -> Flow,
    mut put: impl FnMut(Duration, &[u8]) -> io::Result<()>,
) -> io::Result<Expectation> {
    assert!(plan.flows <= MAX_FLOWS, "too many flows: {}", plan.flows);
    assert!(
        plan.packets <= MAX_PACKETS,
        "too many packets per flow: {}",
        plan.packets
    );
    let mut expectation = Expectation::default();
    let mut time = START;
    for first in (0..plan.flows).step_by(ALIVE_TOGETHER as usize) {
        let end = plan.flows.min(first + ALIVE_TOGETHER);
        let flows: Vec<Vec<Vec<u8>>> = (first..end)
            .map(|number| {
                let flow = flow(number);
                let frames = flow.frames(plan.packets);
                expectation.add(flow.protocol(), frames.len() as u64);
                frames
            })
            .collect();
        let longest = flows.iter().map(Vec::len).max().unwrap_or(0);
        for round in 0..longest {
            for frame in flows.iter().filter_map(|frames| frames.get(round)) {
                put(time, frame)?;
                time += STEP;
            }
        }
    }
    Ok(expectation)
}
