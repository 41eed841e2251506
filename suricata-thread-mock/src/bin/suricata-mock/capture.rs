//! The flows of a capture file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressBarIter, ProgressDrawTarget, ProgressStyle};
use pcap_file::pcap::PcapReader;
use pcap_file::{DataLink, PcapError};
use rustc_hash::FxHashMap;

use crate::decode::{Cause, Key, decode, supported};
use crate::pcapng::{self, PcapNg};

/// From this many bytes on, reading is worth a progress bar.
const LONG: u64 = 32 << 20;

/// How a file in the format pcapng begins.
const PCAPNG: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// A capture file that is read packet by packet; its flows are numbered from 0.
pub(crate) struct Capture {
    path: PathBuf,
    reader: Reader,
    bar: ProgressBar,
    flows: FxHashMap<Key, u64>,
    /// Packets read so far.
    packets: u64,
    /// Those of them that are left out.
    left_out: BTreeMap<Cause, u64>,
}

enum Reader {
    Pcap(PcapReader<ProgressBarIter<File>>, DataLink),
    PcapNg(PcapNg<ProgressBarIter<File>>),
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
        let foreign = || match magic[..] {
            [0x1f, 0x8b, ..] => "the file is compressed by gzip; unpack it".to_owned(),
            [0x28, 0xb5, 0x2f, 0xfd] => "the file is compressed by zstd; unpack it".to_owned(),
            [0x34, 0xcd, 0xb2, 0xa1] | [0xa1, 0xb2, 0xcd, 0x34] => {
                "the file is in the modified format of pcap; convert it: editcap -F pcap".to_owned()
            }
            _ => "the file is no capture in the format pcap or pcapng".to_owned(),
        };
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
            flows: FxHashMap::default(),
            packets: 0,
            left_out: BTreeMap::new(),
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

    /// What was left out and why, in a line for what Suricata leaves out too, and one for what it does not.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = String> {
        let line = |is_suricatas: bool, end: &str| {
            let of = |cause: &Cause| cause.is_suricatas() == is_suricatas;
            let causes = Cause::ALL.into_iter().filter(of);
            let causes = causes.filter_map(|cause| Some((cause, *self.left_out.get(&cause)?)));
            let causes: Vec<_> = causes.collect();
            let total: u64 = causes.iter().map(|(_, packets)| packets).sum();
            let texts: Vec<_> = causes
                .iter()
                .map(|(cause, packets)| format!("{packets} {cause}"))
                .collect();
            let all = self.packets;
            (total > 0).then(|| {
                format!(
                    "{total} of {all} packets are left out, {end}: {}",
                    texts.join(", ")
                )
            })
        };
        let lines = [
            line(true, "as in Suricata"),
            line(false, "which Suricata does not"),
        ];
        lines.into_iter().flatten()
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
                Some(Err(cause)) => *self.left_out.entry(cause).or_default() += 1,
                Some(Ok(key)) => {
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
            Self::PcapNg(pcapng::Failure::LinkTypes) => format!(
                "packet {packet}: the interfaces have different link types, which Suricata does not read"
            ),
            Self::Link(message) => format!("packet {packet}: {message}"),
        }
    }
}

/// The next packet's flow, if it has one; `None` at the end.
type Next = Result<Option<Result<Key, Cause>>, Failure>;

fn next_in_pcap(reader: &mut PcapReader<ProgressBarIter<File>>, link: DataLink) -> Next {
    // As it is: packets longer than the file's limit are cut, and no damage.
    match reader.next_raw_packet() {
        Some(packet) => Ok(Some(decode(link, &packet.map_err(Failure::Pcap)?.data))),
        None => Ok(None),
    }
}

fn next_in_pcapng(reader: &mut PcapNg<ProgressBarIter<File>>) -> Next {
    let Some((link, data)) = reader.next_packet().map_err(Failure::PcapNg)? else {
        return Ok(None);
    };
    supported(link).map_err(Failure::Link)?;
    Ok(Some(decode(link, data)))
}
