//! Reading capture files.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use suricata_thread_mock::Replayed;

use crate::decode::Cause;
use crate::file::{self, Packets, Raw};
use crate::flow_table::{FlowTable, Step};
use crate::link::{decode, supported};

/// Longer files get a progress bar.
const LONG: u64 = 32 << 20;

/// Flows are numbered from 0.
pub(crate) struct Capture {
    path: PathBuf,
    reader: Packets,
    bar: ProgressBar,
    flows: FlowTable,
    /// Further events of the last packet, the next one first.
    pending: VecDeque<Replayed>,
    packets: u64,
    left_out: BTreeMap<Cause, u64>,
}

impl Capture {
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        Self::open_file(path).map_err(|failure| format!("{}: {failure}", path.display()))
    }

    fn open_file(path: &Path) -> Result<Self, String> {
        let failed = |e: io::Error| e.to_string();
        let about = fs::metadata(path).map_err(failed)?;
        if !about.is_file() {
            // A pipe or a device may block forever.
            return Err("it is not a regular file".to_owned());
        }
        let size = about.len();
        let mut file = File::open(path).map_err(failed)?;
        let mut magic = Vec::new();
        let mut beginning = Read::by_ref(&mut file).take(4);
        beginning.read_to_end(&mut magic).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::hidden());
        let reader = match magic[..] {
            [0x1f, 0x8b, ..] => Err("the file is compressed by gzip; unpack it"),
            [0x28, 0xb5, 0x2f, 0xfd] => Err("the file is compressed by zstd; unpack it"),
            [0x34, 0xcd, 0xb2, 0xa1] | [0xa1, 0xb2, 0xcd, 0x34] => {
                Err("the file is in the modified pcap format; convert it: editcap -F pcap")
            }
            _ => {
                Packets::new(bar.wrap_read(file)).ok_or("the file is not a pcap or pcapng capture")
            }
        };
        let mut reader = reader?;
        if let Some(link) = reader.link() {
            supported(link)?;
        }
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

    /// Shows a progress bar if the file is long and stderr is a terminal.
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

    /// Describes the packets that Suricata leaves out, too, and then the others.
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

    /// Returns `None` at the end.
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
                    let problem = problem(failure, self.packets + 1);
                    return Err(format!("{}: {problem}", self.path.display()));
                }
            };
            self.packets += 1;
            // By reference: a packet is large.
            let decoded = decode(link, data);
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

/// Describes a failure at this packet.
fn problem(failure: file::Failure, packet: u64) -> String {
    use file::Failure;
    match failure {
        Failure::Truncated => {
            format!("the file is truncated: it ends within packet {packet}, or before it")
        }
        Failure::Unreadable => format!("packet {packet} cannot be read"),
        Failure::Damaged(problem) => format!("the file is damaged at packet {packet}: {problem}"),
        Failure::UnknownInterface(interface) => {
            format!("packet {packet} is of interface {interface}, which no block describes")
        }
        Failure::LinkTypes => format!(
            "packet {packet}: the interfaces have different link types, which Suricata does not read"
        ),
        Failure::Link(message) => format!("packet {packet}: {message}"),
    }
}
