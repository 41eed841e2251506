//! The flows of a capture file.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice};
use indicatif::{ProgressBar, ProgressBarIter, ProgressDrawTarget, ProgressStyle};
use pcap_file::pcap::PcapReader;
use pcap_file::{DataLink, PcapError};

use crate::pcapng::{self, PcapNg};

/// From this many bytes on, reading is worth a progress bar.
const LONG: u64 = 32 << 20;

/// How a file in the format pcapng begins.
const PCAPNG: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// A capture file that is read packet by packet; its flows are numbered from 0.
///
/// A flow is what has the same protocol, TCP or UDP over IPv4 or IPv6, the same two addresses with
/// their ports, in either direction, and the same VLANs.
pub(crate) struct Capture {
    path: PathBuf,
    reader: Reader,
    bar: ProgressBar,
    flows: HashMap<Key, u64>,
    /// Packets read so far.
    packets: u64,
    /// Those of them that belong to no flow.
    others: u64,
}

enum Reader {
    Pcap(PcapReader<ProgressBarIter<File>>, DataLink),
    PcapNg(PcapNg<ProgressBarIter<File>>),
}

/// What makes a flow.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    tcp: bool,
    vlans: Vec<u16>,
    /// The lower one first.
    ends: [(IpAddr, u16); 2],
}

impl Capture {
    /// Opens a capture file in the format pcap or pcapng. Every error names the file.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        Self::open_file(path).map_err(|failure| format!("{}: {failure}", path.display()))
    }

    fn open_file(path: &Path) -> Result<Self, String> {
        let failed = |e: io::Error| e.to_string();
        let about = fs::metadata(path).map_err(failed)?;
        if !about.is_file() {
            // A pipe or a device may have nothing to read for ever.
            return Err("it is no regular file".to_owned());
        }
        let size = about.len();
        let mut file = File::open(path).map_err(failed)?;
        let mut magic = Vec::new();
        let mut beginning = Read::by_ref(&mut file).take(4);
        beginning.read_to_end(&mut magic).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::hidden());
        let file = bar.wrap_read(file);
        let foreign = || "the file is no capture in the format pcap or pcapng".to_owned();
        let reader = if magic == PCAPNG {
            Reader::PcapNg(PcapNg::new(file).map_err(|e| match e {
                pcapng::Failure::Unreadable(e) => e.to_string(),
                _ => foreign(),
            })?)
        } else {
            let reader = PcapReader::new(file).map_err(|e| match e {
                PcapError::IoError(e) if e.kind() != io::ErrorKind::UnexpectedEof => e.to_string(),
                _ => foreign(),
            })?;
            let link = reader.header().datalink;
            supported(link)?;
            Reader::Pcap(reader, link)
        };
        Ok(Self {
            path: path.to_owned(),
            reader,
            bar,
            flows: HashMap::new(),
            packets: 0,
            others: 0,
        })
    }

    /// Shows how far it was read from now on, where the file is long and stderr is a terminal.
    pub(crate) fn show_progress(&self) {
        if self.bar.length() < Some(LONG) {
            return;
        }
        let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}, {eta} left")
            .expect("the template is right");
        self.bar.set_style(style);
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
    }

    /// Takes away what [`Capture::show_progress`] shows.
    pub(crate) fn end_progress(&self) {
        self.bar.finish_and_clear();
    }

    /// How many packets were read.
    pub(crate) fn packets(&self) -> u64 {
        self.packets
    }

    /// How many of them belong to no flow.
    pub(crate) fn others(&self) -> u64 {
        self.others
    }

    /// The flow of the next packet that belongs to one; `None` at the end of the file.
    pub(crate) fn next_flow(&mut self) -> Result<Option<u64>, String> {
        loop {
            let packet = self.packets + 1;
            let key = match &mut self.reader {
                Reader::Pcap(reader, link) => next_in_pcap(reader, *link),
                Reader::PcapNg(reader) => next_in_pcapng(reader),
            };
            let ended = Some(self.bar.position()) == self.bar.length();
            let failed =
                |e: Failure| format!("{}: {}", self.path.display(), e.in_packet(packet, ended));
            match key.map_err(failed)? {
                None => return Ok(None),
                Some(None) => self.others += 1,
                Some(Some(key)) => {
                    self.packets = packet;
                    let new = self.flows.len() as u64;
                    return Ok(Some(*self.flows.entry(key).or_insert(new)));
                }
            }
            self.packets = packet;
        }
    }
}

/// Why there is no next packet.
enum Failure {
    Pcap(PcapError),
    PcapNg(pcapng::Failure),
    Link(String),
}

impl Failure {
    /// What is wrong with this packet, in a file that was read to its end or not.
    fn in_packet(self, packet: u64, ended: bool) -> String {
        let unreadable = |e: io::Error| format!("packet {packet} cannot be read: {e}");
        let damaged = |what: &str| format!("the file is damaged at packet {packet}: {what}");
        match self {
            Self::Pcap(PcapError::IoError(e)) if e.kind() == io::ErrorKind::UnexpectedEof => {
                if ended {
                    format!("the file is truncated: it ends within packet {packet}")
                } else {
                    damaged("it is longer than 8 MB")
                }
            }
            Self::Pcap(PcapError::IoError(e)) => unreadable(e),
            Self::Pcap(e) => damaged(&e.to_string()),
            Self::PcapNg(pcapng::Failure::Truncated) => {
                format!("the file is truncated: it ends within packet {packet}, or before it")
            }
            Self::PcapNg(pcapng::Failure::Unreadable(e)) => unreadable(e),
            Self::PcapNg(pcapng::Failure::Damaged(what)) => damaged(&what),
            Self::PcapNg(pcapng::Failure::UnknownInterface(interface)) => {
                format!("packet {packet}: it is of interface {interface}, which is unknown")
            }
            Self::Link(message) => format!("packet {packet}: {message}"),
        }
    }
}

/// The next packet's flow, if it has one; `None` at the end.
type Next = Result<Option<Option<Key>>, Failure>;

fn next_in_pcap(reader: &mut PcapReader<ProgressBarIter<File>>, link: DataLink) -> Next {
    // As it is: packets longer than the file's limit are cut, and no damage.
    match reader.next_raw_packet() {
        Some(packet) => Ok(Some(key(link, &packet.map_err(Failure::Pcap)?.data))),
        None => Ok(None),
    }
}

fn next_in_pcapng(reader: &mut PcapNg<ProgressBarIter<File>>) -> Next {
    let Some((link, data)) = reader.next_packet().map_err(Failure::PcapNg)? else {
        return Ok(None);
    };
    supported(link).map_err(Failure::Link)?;
    Ok(Some(key(link, data)))
}

fn supported(link: DataLink) -> Result<(), String> {
    match link {
        DataLink::ETHERNET
        | DataLink::RAW
        | DataLink::IPV4
        | DataLink::IPV6
        | DataLink::NULL
        | DataLink::LOOP
        | DataLink::LINUX_SLL
        | DataLink::LINUX_SLL2 => Ok(()),
        other => Err(format!(
            "the link type {other:?} is not supported; Ethernet, raw IP, Linux cooked and BSD \
             loopback are"
        )),
    }
}

/// The flow of a packet of a [`supported`] link type. Packets may be cut after their ports.
fn key(link: DataLink, data: &[u8]) -> Option<Key> {
    let ether = |header: usize, at: usize| {
        let of = data.get(at..at + 2)?;
        let of = EtherType(u16::from_be_bytes([of[0], of[1]]));
        Some(LaxSlicedPacket::from_ether_type(of, data.get(header..)?))
    };
    let packet = match link {
        DataLink::ETHERNET => LaxSlicedPacket::from_ethernet(data).ok()?,
        DataLink::LINUX_SLL => ether(16, 14)?,
        DataLink::LINUX_SLL2 => ether(20, 0)?,
        DataLink::NULL | DataLink::LOOP => LaxSlicedPacket::from_ip(data.get(4..)?).ok()?,
        _ => LaxSlicedPacket::from_ip(data).ok()?,
    };
    let (source, destination) = match packet.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.header();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        LaxNetSlice::Arp(_) => return None,
    };
    let (tcp, from, to) = match packet.transport.as_ref()? {
        TransportSlice::Tcp(tcp) => (true, tcp.source_port(), tcp.destination_port()),
        TransportSlice::Udp(udp) => (false, udp.source_port(), udp.destination_port()),
        _ => return None,
    };
    let mut ends: [(IpAddr, u16); 2] = [(source, from), (destination, to)];
    ends.sort_unstable();
    Some(Key {
        tcp,
        vlans: packet.vlan_ids().iter().map(|id| id.value()).collect(),
        ends,
    })
}
