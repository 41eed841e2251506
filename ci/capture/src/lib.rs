//! Captures with a known number of flows.
//!
//! A check that counts flows in a real Suricata needs a capture of which the right answer is known before Suricata has
//! seen it. [`write_pcap`] makes one: the same number of flows always gives the same bytes, and the [`Expectation`]
//! that comes with it says what a correct counter must find.
//!
//! The flows are TCP (handshake, data from both sides, orderly close) and UDP, over IPv4 and IPv6, begun from either
//! side of the network, in equal shares. Every flow has its own addresses and ports; with [`write_pcap_with_talkers`],
//! some have the same address on the inside. Packets of flows that are alive together are interleaved, as on a wire,
//! and all checksums are right.

mod flow;
mod scripted;

pub use scripted::{endings, scripted};

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::IpAddr;
use std::time::Duration;

use pcap_file::PcapError;
use pcap_file::pcap::{PcapPacket, PcapWriter};
use serde::Serialize;

use flow::Flow;

/// The most flows that a capture can have: each has a client address of its own.
pub const MAX_FLOWS: u32 = 1 << 24;

/// How many flows are alive at the same time.
const ALIVE_TOGETHER: u32 = 64;

/// Time of the first packet, since the Unix epoch.
const START: Duration = Duration::from_secs(1_700_000_000);

/// Time between two packets. With it, no flow lives long enough for Suricata to time it out.
const STEP: Duration = Duration::from_micros(10);

/// Number of flows, and of packets in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Number of flows.
    pub flows: u64,
    /// Number of packets of these flows.
    pub packets: u64,
}

/// What a correct counter finds in a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Expectation {
    /// The whole capture: every packet belongs to a flow.
    #[serde(flatten)]
    pub total: Count,
    /// The same per protocol: `tcp-ipv4`, `tcp-ipv6`, `udp-ipv4`, `udp-ipv6`.
    pub protocols: BTreeMap<&'static str, Count>,
    /// The hosts that have begun more than one flow, and the packets of these flows; most packets first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub talkers: Vec<(IpAddr, u64)>,
}

/// Writes a capture of up to [`MAX_FLOWS`] flows to `out` as a pcap file with Ethernet frames, and returns what it holds.
pub fn write_pcap(flows: u32, out: impl Write) -> Result<Expectation, PcapError> {
    write((0..flows).map(Flow::new).collect(), out)
}

/// Writes a capture as [`write_pcap`] does, of up to 20,000 flows, but a few hosts begin many of them.
pub fn write_pcap_with_talkers(flows: u32, out: impl Write) -> Result<Expectation, PcapError> {
    // After that, a talker's ports would come again.
    assert!(flows <= flow::CLIENT_PORTS, "too many flows: {flows}");
    write((0..flows).map(Flow::with_talkers).collect(), out)
}

fn write(flows: Vec<Flow>, out: impl Write) -> Result<Expectation, PcapError> {
    assert!(flows.len() <= MAX_FLOWS as usize, "too many flows");
    let mut writer = PcapWriter::new(out)?;
    let mut expectation = Expectation::default();
    let mut begun: BTreeMap<IpAddr, Count> = BTreeMap::new();
    let mut time = START;
    for together in flows.chunks(ALIVE_TOGETHER as usize) {
        let frames: Vec<_> = together.iter().map(Flow::frames).collect();
        for (flow, frames) in together.iter().zip(&frames) {
            let of_protocol = expectation.protocols.entry(flow.protocol()).or_default();
            let of_host = begun.entry(flow.hosts()[0]).or_default();
            for count in [&mut expectation.total, of_protocol, of_host] {
                count.flows += 1;
                count.packets += frames.len() as u64;
            }
        }
        let longest = frames.iter().map(Vec::len).max().unwrap_or(0);
        for round in 0..longest {
            for frame in frames.iter().filter_map(|frames| frames.get(round)) {
                writer.write_packet(&PcapPacket::new(time, frame.len() as u32, frame))?;
                time += STEP;
            }
        }
    }
    writer.into_writer().flush().map_err(PcapError::IoError)?;
    let talkers = begun.into_iter().filter(|(_, count)| count.flows > 1);
    expectation.talkers = talkers.map(|(host, count)| (host, count.packets)).collect();
    expectation
        .talkers
        .sort_by_key(|(_, packets)| Reverse(*packets));
    Ok(expectation)
}
