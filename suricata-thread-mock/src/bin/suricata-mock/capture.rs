//! Reading capture files.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressBarIter, ProgressDrawTarget, ProgressStyle};
use pcap_file::pcap::PcapReader;
use pcap_file::{DataLink, PcapError, TsResolution};
use suricata_thread_mock::Replayed;

use crate::decode::Cause;
use crate::flow_table::{FlowTable, Step};
use crate::link::{decode, supported};
use crate::pcapng::{self, PcapNg, Raw};

/// As much as stays in a processor's cache until handled.
const PORTION: usize = 128 << 10;

/// Longer files get a progress bar.
const LONG: u64 = 32 << 20;

const PCAPNG: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// Flows are numbered from 0.
pub(crate) struct Capture {
    path: PathBuf,
    reader: Reader,
    bar: ProgressBar,
    flows: FlowTable,
    /// What else the last packet causes, the next first.
    pending: VecDeque<Replayed>,
    packets: u64,
    left_out: BTreeMap<Cause, u64>,
}

enum Reader {
    Pcap(PcapReader<InPortions>, DataLink),
    PcapNg(PcapNg<InPortions>),
}

struct InPortions(ProgressBarIter<File>);

impl Read for InPortions {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(PORTION);
        self.0.read(&mut buffer[..length])
    }
}

impl Reader {
    fn next(&mut self) -> Result<Option<Raw<'_>>, Failure> {
        let (reader, link) = match self {
            Self::Pcap(reader, link) => (reader, *link),
            Self::PcapNg(reader) => {
                let raw = reader.next_packet().map_err(Failure::PcapNg)?;
                if let Some(raw) = &raw {
                    supported(raw.link).map_err(Failure::Link)?;
                }
                return Ok(raw);
            }
        };
        let unit = match reader.header().ts_resolution {
            TsResolution::MicroSecond => 1_000,
            TsResolution::NanoSecond => 1,
        };
        // Raw, since packets longer than the file's limit are cut, not damaged.
        let Some(packet) = reader.next_raw_packet() else {
            return Ok(None);
        };
        let packet = packet.map_err(Failure::Pcap)?;
        let fraction = Duration::from_nanos(u64::from(packet.ts_frac) * unit);
        Ok(Some(Raw {
            link,
            time: Duration::from_secs(packet.ts_sec.into()) + fraction,
            data: packet.data,
        }))
    }
}

impl Capture {
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        Self::open_file(path).map_err(|failure| format!("{}: {failure}", path.display()))
    }

    fn open_file(path: &Path) -> Result<Self, String> {
        let failed = |e: io::Error| e.to_string();
        let about = fs::metadata(path).map_err(failed)?;
        if !about.is_file() {
            // A pipe or a device may block for ever.
            return Err("it is not a regular file".to_owned());
        }
        let size = about.len();
        let mut file = File::open(path).map_err(failed)?;
        let mut magic = Vec::new();
        let mut beginning = Read::by_ref(&mut file).take(4);
        beginning.read_to_end(&mut magic).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::hidden());
        let file = InPortions(bar.wrap_read(file));
        let foreign = || match magic[..] {
            [0x1f, 0x8b, ..] => "the file is compressed by gzip; unpack it".to_owned(),
            [0x28, 0xb5, 0x2f, 0xfd] => "the file is compressed by zstd; unpack it".to_owned(),
            [0x34, 0xcd, 0xb2, 0xa1] | [0xa1, 0xb2, 0xcd, 0x34] => {
                "the file is in the modified pcap format; convert it: editcap -F pcap".to_owned()
            }
            _ => "the file is not a pcap or pcapng capture".to_owned(),
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
            flows: FlowTable::default(),
            pending: VecDeque::new(),
            packets: 0,
            left_out: BTreeMap::new(),
        })
    }

    /// If the file is long and stderr is a terminal.
    pub(crate) fn show_progress(&self) {
        if self.bar.length() < Some(LONG) {
            return;
        }
        let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}, {eta} left")
            .expect("the template is right");
        self.bar.set_style(style);
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
    }

    pub(crate) fn end_progress(&self) {
        self.bar.finish_and_clear();
    }

    /// What Suricata leaves out too, then what it does not.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = String> {
        let line = |is_suricatas: bool, end: &str| {
            let fits = |cause: &Cause| cause.is_suricatas() == is_suricatas;
            let causes = Cause::ALL.into_iter().filter(fits);
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

    /// `None` after the last flow that a worker retires.
    pub(crate) fn next(&mut self) -> Result<Option<Replayed>, String> {
        let retire = |flow| Replayed::Retire { flow };
        if let Some(pending) = self.pending.pop_front() {
            return Ok(Some(pending));
        }
        loop {
            let Raw { link, time, data } = match self.reader.next() {
                Ok(Some(raw)) => raw,
                Ok(None) => {
                    self.pending
                        .extend(self.flows.end().into_iter().map(retire));
                    return Ok(self.pending.pop_front());
                }
                Err(failure) => {
                    let ended = Some(self.bar.position()) == self.bar.length();
                    let problem = failure.in_packet(self.packets + 1, ended);
                    return Err(format!("{}: {problem}", self.path.display()));
                }
            };
            self.packets += 1;
            // By reference: a packet is large.
            let decoded = decode(link, &data);
            let packet = match &decoded {
                Ok(packet) => packet,
                Err(cause) => {
                    *self.left_out.entry(*cause).or_default() += 1;
                    continue;
                }
            };
            let Step {
                flow,
                begins,
                to_server,
                retires,
            } = self.flows.find(packet, time);
            let replayed = Replayed::Packet {
                flow,
                to_server,
                time,
            };
            // Usually there is nothing but the packet.
            if !begins {
                return Ok(Some(replayed));
            }
            self.pending.push_back(replayed);
            self.pending.extend(retires.map(retire));
            let endpoints = packet.endpoints();
            return Ok(Some(Replayed::Flow { flow, endpoints }));
        }
    }
}

enum Failure {
    Pcap(PcapError),
    PcapNg(pcapng::Failure),
    Link(String),
}

impl Failure {
    /// `ended` if the file was read to its end.
    fn in_packet(self, packet: u64, ended: bool) -> String {
        let unreadable = |e: io::Error| format!("packet {packet} cannot be read: {e}");
        let damaged = |problem: &str| format!("the file is damaged at packet {packet}: {problem}");
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
            Self::PcapNg(pcapng::Failure::Damaged(problem)) => damaged(&problem),
            Self::PcapNg(pcapng::Failure::UnknownInterface(interface)) => {
                format!("packet {packet} is of interface {interface}, which no block describes")
            }
            Self::PcapNg(pcapng::Failure::LinkTypes) => format!(
                "packet {packet}: the interfaces have different link types, which Suricata does not read"
            ),
            Self::Link(message) => format!("packet {packet}: {message}"),
        }
    }
}
