//! The packets of capture files, pcap and pcapng.

use std::io::Read;
use std::mem;
use std::time::Duration;

use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{
    Block, Linktype, PcapBlockOwned, PcapError, SimplePacketBlock, UnknownBlock, create_reader,
};

use crate::link::supported;

/// Bytes to read at once, few enough to stay in a processor's cache.
const PORTION: usize = 128 << 10;

/// libpcap's limit for blocks of pcapng.
const LONGEST: usize = 16 << 20;

// Types of blocks.
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
/// `pcap-parser` does not know it.
const OBSOLETE_PACKET: u32 = 2;

pub(crate) struct Packets {
    reader: Box<dyn PcapReaderIterator + Send>,
    /// The length of the last block.
    used: usize,
    seen: Seen,
}

/// The state that earlier blocks left.
#[derive(Default)]
struct Seen {
    is_pcapng: bool,
    big_endian: bool,
    interfaces: Vec<Interface>,
    /// The time of the last packet that has one.
    time: Duration,
}

#[derive(Clone, Copy)]
struct Interface {
    link: Linktype,
    /// Units of time in a second.
    per_second: u64,
}

/// A packet's place in its block.
struct Place {
    link: Linktype,
    at: usize,
    length: usize,
}

/// A packet, perhaps cut.
pub(crate) struct Raw<'a> {
    pub(crate) link: Linktype,
    pub(crate) time: Duration,
    pub(crate) data: &'a [u8],
}

pub(crate) enum Failure {
    Truncated,
    Unreadable,
    Damaged(String),
    LinkTypes,
    UnknownInterface(u32),
    Link(String),
}

impl Packets {
    /// Returns `None` for a file of another format.
    pub(crate) fn new(file: impl Read + Send + 'static) -> Option<Self> {
        Some(Self {
            reader: create_reader(PORTION, file).ok()?,
            used: 0,
            seen: Seen::default(),
        })
    }

    /// Returns the link type of a pcap, whose header has it.
    pub(crate) fn link(&mut self) -> Option<Linktype> {
        match self.reader.next() {
            Ok((_, PcapBlockOwned::LegacyHeader(header))) => Some(header.network),
            _ => None,
        }
    }

    /// Returns `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Raw<'_>>, Failure> {
        let Place { link, at, length } = loop {
            self.reader.consume(mem::take(&mut self.used));
            let place = match self.reader.next() {
                // The usual case.
                Ok((used, PcapBlockOwned::Legacy(packet))) => {
                    self.used = used;
                    let Interface { link, per_second } = self.seen.interfaces[0];
                    let unit = if per_second == 1_000_000 { 1_000 } else { 1 };
                    let fraction = Duration::from_nanos(u64::from(packet.ts_usec) * unit);
                    self.seen.time = Duration::from_secs(packet.ts_sec.into()) + fraction;
                    let length = packet.data.len();
                    break Place {
                        link,
                        at: 16,
                        length,
                    };
                }
                Ok((used, block)) => {
                    self.used = used;
                    self.seen.place(&block)
                }
                Err(PcapError::Eof) => return Ok(None),
                Err(_) => self.read_on().map(|()| None),
            };
            if let Some(place) = place? {
                break place;
            }
        };
        Ok(Some(Raw {
            link,
            time: self.seen.time,
            data: &self.reader.data()[at..at + length],
        }))
    }

    /// Reads more of the next block, if there should be more of it.
    fn read_on(&mut self) -> Result<(), Failure> {
        let length = self.seen.length(self.reader.data())?;
        // Skips a block of another kind.
        if (12..=self.reader.data().len()).contains(&length) && self.seen.is_pcapng {
            self.used = length;
            return Ok(());
        }
        if length > LONGEST {
            return Err(Failure::Damaged("it is longer than 16 MB".to_owned()));
        }
        if self.reader.reader_exhausted() {
            return Err(Failure::Truncated);
        }
        self.reader.grow(length + PORTION);
        self.reader.refill().map_err(|_| Failure::Unreadable)
    }
}

impl Seen {
    /// Returns `None` for blocks other than packets.
    fn place(&mut self, block: &PcapBlockOwned<'_>) -> Result<Option<Place>, Failure> {
        let (interface, units, at, length) = match block {
            PcapBlockOwned::LegacyHeader(header) => {
                self.big_endian = header.is_bigendian();
                let is_fine = header.is_nanosecond_precision();
                let per_second = if is_fine { 1_000_000_000 } else { 1_000_000 };
                let link = header.network;
                self.interfaces.push(Interface { link, per_second });
                return Ok(None);
            }
            PcapBlockOwned::NG(Block::SectionHeader(section)) => {
                self.is_pcapng = true;
                self.big_endian = section.big_endian();
                self.interfaces.clear();
                return Ok(None);
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(described)) => {
                let link = described.linktype;
                if self.interface(0).is_ok_and(|first| first.link != link) {
                    return Err(Failure::LinkTypes);
                }
                supported(link).map_err(Failure::Link)?;
                let resolution = described.if_tsresol;
                let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
                let per_second = base.saturating_pow(u32::from(resolution & 0x7f));
                self.interfaces.push(Interface { link, per_second });
                return Ok(None);
            }
            // In other blocks, the reader itself compares them.
            PcapBlockOwned::NG(
                Block::SimplePacket(SimplePacketBlock {
                    block_len1,
                    block_len2,
                    ..
                })
                | Block::Unknown(UnknownBlock {
                    block_len1,
                    block_len2,
                    ..
                }),
            ) if block_len1 != block_len2 => return Err(damaged(*block_len1)),
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                let units = join(packet.ts_high, packet.ts_low);
                (packet.if_id, Some(units), 28, packet.caplen)
            }
            // The block has only the length on the wire; padding follows the packet.
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
                let there = u32::try_from(packet.data.len()).unwrap_or(u32::MAX);
                (0, None, 12, packet.origlen.min(there))
            }
            PcapBlockOwned::NG(Block::Unknown(block))
                if self.number(block.block_type.to_le_bytes()) == OBSOLETE_PACKET =>
            {
                let words = [0, 4, 8, 12].map(|at| self.word(block.data, at));
                let [Some(first), Some(high), Some(low), Some(length)] = words else {
                    return Err(damaged(block.block_len1));
                };
                if block.data.len() < 20 + length as usize {
                    return Err(damaged(block.block_len1));
                }
                let interface = if self.big_endian {
                    first >> 16
                } else {
                    first & 0xffff
                };
                (interface, Some(join(high, low)), 28, length)
            }
            _ => return Ok(None),
        };
        let Interface { link, per_second } = self.interface(interface)?;
        if let Some(units) = units {
            let fraction = units % per_second;
            let nanoseconds = match fraction.checked_mul(1_000_000_000) {
                Some(product) => product / per_second,
                None => (fraction as f64 / per_second as f64 * 1e9) as u64,
            };
            self.time = Duration::from_secs(units / per_second) + Duration::from_nanos(nanoseconds);
        }
        let length = length as usize;
        Ok(Some(Place { link, at, length }))
    }

    /// Returns the length of the unparsable block that begins `data`, or 0 if it is not there yet.
    fn length(&self, data: &[u8]) -> Result<usize, Failure> {
        let words = [0, 4, 8].map(|at| self.word(data, at));
        let [Some(kind), Some(mut length), Some(third)] = words else {
            return Ok(0);
        };
        if !self.is_pcapng {
            return Ok(16 + third as usize);
        }
        // A section header has its own byte order.
        if kind == SECTION_HEADER && third == 0x4d3c_2b1a {
            length = length.swap_bytes();
        }
        let is_read = matches!(kind, 1..=3 | 6 | SECTION_HEADER);
        let whole = data.get(..length as usize);
        let ends = |block: &[u8]| self.word(block, block.len() - 4) == Some(length);
        if length % 4 != 0 || length < 12 || whole.is_some_and(|block| is_read || !ends(block)) {
            return Err(damaged(length));
        }
        Ok(length as usize)
    }

    fn interface(&self, number: u32) -> Result<Interface, Failure> {
        let interface = self.interfaces.get(number as usize).copied();
        interface.ok_or(Failure::UnknownInterface(number))
    }

    fn word(&self, data: &[u8], at: usize) -> Option<u32> {
        let bytes = data.get(at..at + 4)?.try_into().ok()?;
        Some(self.number(bytes))
    }

    fn number(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }
}

fn join(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn damaged(length: u32) -> Failure {
    Failure::Damaged(format!("a block of {length} bytes is malformed"))
}
