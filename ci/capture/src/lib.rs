//! Writes captures with a known number of flows.
//!
//! [`write_pcap`] returns the [`Expectation`] of a capture: the counts that a correct counter must find. The same
//! number of flows always gives the same bytes.
//!
//! The flows are TCP (handshake, data from both sides, orderly close) and UDP, over IPv4 and IPv6, from either side of
//! the network, in equal shares. Every flow has its own addresses and ports; with [`write_pcap_with_talkers`], some
//! have the same address on the inside. Packets of flows that are alive together are interleaved, and all checksums are
//! right.

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

/// The most flows that a capture can have, since each has an address of its own.
pub const MAX_FLOWS: u32 = 1 << 24;

/// The number of flows that are alive at the same time.
const ALIVE_TOGETHER: u32 = 64;

/// The time of the first packet, since the Unix epoch.
const START: Duration = Duration::from_secs(1_700_000_000);

/// The time between two packets, too short for Suricata to time a flow out.
const STEP: Duration = Duration::from_micros(10);

/// The number of flows, and of their packets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The number of flows.
    pub flows: u64,
    /// The number of packets of these flows.
    pub packets: u64,
}

/// The counts that a correct counter finds in a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Expectation {
    /// The counts of the whole capture. Every packet belongs to a flow.
    #[serde(flatten)]
    pub total: Count,
    /// The counts of each protocol: `tcp-ipv4`, `tcp-ipv6`, `udp-ipv4`, `udp-ipv6`.
    pub protocols: BTreeMap<&'static str, Count>,
    /// The hosts that begin more than one flow, with the packets of these flows, most packets first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub talkers: Vec<(IpAddr, u64)>,
}

/// Writes a capture of up to [`MAX_FLOWS`] flows to `out`, as a pcap file with Ethernet frames.
pub fn write_pcap(flows: u32, out: impl Write) -> Result<Expectation, PcapError> {
    write((0..flows).map(Flow::new).collect(), out)
}

/// Writes a capture as [`write_pcap`] does, of up to 20,000 flows. A few hosts begin many of them.
pub fn write_pcap_with_talkers(flows: u32, out: impl Write) -> Result<Expectation, PcapError> {
    // More flows would use a talker's ports again.
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
