//! Reading pcapng files: link types, times and packets.
//!
//! Of the options, which programs write in their own ways, only the resolution of times is read.

use std::borrow::Cow;
use std::io::{self, BufReader, ErrorKind, Read};
use std::time::Duration;

use pcap_file::DataLink;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Has the ports of a packet.
const KEPT: u64 = 256 << 10;

pub(crate) struct PcapNg<R> {
    input: BufReader<R>,
    /// Of the numbers in this section.
    big_endian: bool,
    /// For each interface, the link type and the seconds in a unit of time.
    links: Vec<(DataLink, f64)>,
    /// Of the last packet with a time.
    time: Duration,
    /// The beginning of the last block's content.
    kept: Vec<u8>,
}

/// It may be cut.
pub(crate) struct Raw<'a> {
    pub(crate) link: DataLink,
    pub(crate) time: Duration,
    pub(crate) data: Cow<'a, [u8]>,
}

pub(crate) enum Failure {
    Truncated,
    Unreadable(io::Error),
    Damaged(String),
    LinkTypes,
    UnknownInterface(u32),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Unreadable(error),
        }
    }
}

impl<R: Read> PcapNg<R> {
    /// The first block must be a section header.
    pub(crate) fn new(input: R) -> Result<Self, Failure> {
        let mut this = Self {
            input: BufReader::new(input),
            big_endian: false,
            links: Vec::new(),
            time: Duration::ZERO,
            kept: Vec::new(),
        };
        match this.next_block()? {
            Some(SECTION_HEADER) => Ok(this),
            _ => Err(Failure::Damaged(
                "it does not begin with a section".to_owned(),
            )),
        }
    }

    /// `None` at the end.
    pub(crate) fn next_packet(&mut self) -> Result<Option<Raw<'_>>, Failure> {
        // The packet's offset in the block, its interface and its length.
        let (at, interface, length) = loop {
            match self.next_block()? {
                None => return Ok(None),
                Some(SECTION_HEADER) => self.links.clear(),
                Some(INTERFACE) => {
                    let link = u32::from(self.u16(0)?);
                    let link = DataLink::from(link);
                    if self.links.first().is_some_and(|(first, _)| *first != link) {
                        return Err(Failure::LinkTypes);
                    }
                    self.links.push((link, self.unit()));
                }
                Some(ENHANCED_PACKET) => break (20, self.u32(0)?, self.u32(12)?),
                Some(OBSOLETE_PACKET) => break (20, u32::from(self.u16(0)?), self.u32(12)?),
                // It has only the length on the wire; what follows the packet is padding.
                Some(SIMPLE_PACKET) => {
                    let there = u32::try_from(self.kept.len()).unwrap_or(u32::MAX);
                    break (4, 0, self.u32(0)?.min(there.saturating_sub(4)));
                }
                Some(_) => {}
            }
        };
        let link = usize::try_from(interface).ok();
        let Some(&(link, unit)) = link.and_then(|interface| self.links.get(interface)) else {
            return Err(Failure::UnknownInterface(interface));
        };
        if at == 20 {
            let units = u64::from(self.u32(4)?) << 32 | u64::from(self.u32(8)?);
            self.time = Duration::try_from_secs_f64(units as f64 * unit).unwrap_or(self.time);
        }
        let kept = self.kept.get(at..).unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        match kept.get(..length) {
            Some(packet) => Ok(Some(Raw {
                link,
                time: self.time,
                data: packet.into(),
            })),
            None if self.kept.len() as u64 == KEPT => Ok(Some(Raw {
                link,
                time: self.time,
                data: kept.into(),
            })),
            None => Err(Failure::Damaged(format!(
                "its {length} bytes do not fit into their block"
            ))),
        }
    }

    /// The seconds in a unit of time: a millionth by default.
    fn unit(&self) -> f64 {
        const RESOLUTION: u16 = 9;
        let mut at = 8;
        while let (Ok(code), Ok(length)) = (self.u16(at), self.u16(at + 2)) {
            let value = self.kept.get(at + 4).copied();
            match (code, value) {
                (0, _) => break,
                (RESOLUTION, Some(value)) if value & 0x80 == 0 => {
                    return 10_f64.powi(-i32::from(value));
                }
                (RESOLUTION, Some(value)) => return 2_f64.powi(-i32::from(value & 0x7f)),
                _ => at += 4 + usize::from(length).next_multiple_of(4),
            }
        }
        1e-6
    }

    /// Returns its type.
    fn next_block(&mut self) -> Result<Option<u32>, Failure> {
        let mut kind = [0; 4];
        match self.input.read(&mut kind[..1])? {
            0 => return Ok(None),
            _ => self.input.read_exact(&mut kind[1..])?,
        }
        let length = self.read_number()?;
        // The same in both byte orders, which it is there to tell.
        let is_section = u32::from_le_bytes(kind) == SECTION_HEADER;
        let mut order = [0; 4];
        if is_section {
            self.input.read_exact(&mut order)?;
            self.big_endian = match order {
                [0x1a, 0x2b, 0x3c, 0x4d] => true,
                [0x4d, 0x3c, 0x2b, 0x1a] => false,
                _ => return Err(Failure::Damaged("a section has no byte order".to_owned())),
            };
        }
        let (kind, length) = (self.number(kind), self.number(length));
        let around = if is_section { 16 } else { 12 };
        if length < around || length % 4 != 0 {
            return Err(Failure::Damaged(format!(
                "a block of type {kind:#x} has the length {length}"
            )));
        }
        let content = u64::from(length - around);
        self.kept.clear();
        let mut input = Read::by_ref(&mut self.input).take(content.min(KEPT));
        input.read_to_end(&mut self.kept)?;
        let mut rest = Read::by_ref(&mut self.input).take(content.saturating_sub(KEPT));
        io::copy(&mut rest, &mut io::sink())?;
        // Not there either if the content was cut.
        let again = self.read_number()?;
        if self.number(again) != length {
            return Err(Failure::Damaged(format!(
                "a block of type {kind:#x} has the length {length} at its beginning, and another \
                 one at its end"
            )));
        }
        Ok(Some(kind))
    }

    fn read_number(&mut self) -> io::Result<[u8; 4]> {
        let mut bytes = [0; 4];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn number(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    fn u32(&self, at: usize) -> Result<u32, Failure> {
        self.bytes(at).map(|bytes| self.number(bytes))
    }

    fn u16(&self, at: usize) -> Result<u16, Failure> {
        let bytes = self.bytes(at)?;
        Ok(if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], Failure> {
        let bytes = self.kept.get(at..at + N).and_then(|b| b.try_into().ok());
        bytes.ok_or_else(|| Failure::Damaged("a block is too short for its type".to_owned()))
    }
}
