//! What a plugin adds to a packet in a real Suricata 8.0.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use capture::Plan;
use real_host::{Log, Workspace, command_with_proc_in};
use tempfile::TempDir;

use crate::Result;
use crate::callgrind::output;

/// Flows in the smaller capture; the larger one has twice as many.
const FLOWS: u32 = 2_000;

/// Packets with payload in each flow.
const PACKETS: u32 = 6;

/// The host's functions that call plugins while packets flow: for a flow's first packet, and for each.
const CALLBACKS: [&str; 2] = ["SCFlowRunInitCallbacks", "SCFlowRunUpdateCallbacks"];

pub struct Measured {
    /// The version: 8.0.8, …
    pub version: String,
    /// Packets in the smaller capture, and in the larger one.
    pub packets: [u64; 2],
    pub none: PerPacket,
    pub c: PerPacket,
    pub ours: PerPacket,
}

/// Instructions a packet.
pub struct PerPacket {
    /// Of the whole process: the larger capture less the smaller one, by the packets in between.
    pub whole: f64,
    /// Of the host's calls of flow init and update callbacks, that is the plugin and the host's lists of callbacks.
    pub callbacks: f64,
}

pub fn measure(root: &Path, built: &Path) -> Result<Measured> {
    let version = real_host::Suricata::new(root)?.version().to_owned();
    let suricata = Suricata {
        root: root.canonicalize()?,
        folder: TempDir::new()?,
    };
    let captures = [suricata.capture(FLOWS)?, suricata.capture(2 * FLOWS)?];
    let per_packet = |plugin: Option<&str>| {
        let plugin = plugin.map(|file| built.join(file));
        let plugin = plugin.as_deref();
        let [small, large] = &captures;
        let first = suricata.count(plugin, small, &[])?;
        let second = suricata.count(plugin, large, &[])?;
        let callbacks = suricata.count(plugin, large, &CALLBACKS)?;
        Ok::<_, Box<dyn std::error::Error>>(PerPacket {
            whole: (second as f64 - first as f64) / (large.packets - small.packets) as f64,
            callbacks: callbacks as f64 / large.packets as f64,
        })
    };
    Ok(Measured {
        none: per_packet(None)?,
        c: per_packet(Some("c-8.so"))?,
        ours: per_packet(Some("packets-8.so"))?,
        packets: captures.each_ref().map(|capture| capture.packets),
        version,
    })
}

/// A Suricata, and a folder for captures.
struct Suricata {
    root: PathBuf,
    folder: TempDir,
}

struct Capture {
    file: PathBuf,
    packets: u64,
}

impl Suricata {
    fn capture(&self, flows: u32) -> Result<Capture> {
        let file = self.folder.path().join(format!("{flows}.pcap"));
        let plan = Plan {
            flows,
            packets: PACKETS,
        };
        let expectation = capture::write_pcap(plan, BufWriter::new(File::create(&file)?))?;
        Ok(Capture {
            file,
            packets: expectation.total.packets,
        })
    }

    /// The instructions of a run with `plugin` over `capture`: all, or those of some functions and what they call.
    fn count(&self, plugin: Option<&Path>, capture: &Capture, functions: &[&str]) -> Result<u64> {
        let workspace = Workspace::new(&self.root)?;
        let seen = plugin.map(|plugin| workspace.add(plugin)).transpose()?;
        let plugins: Vec<&Path> = seen.iter().map(PathBuf::as_path).collect();
        let mut command = command_with_proc_in(&self.root);
        command.args([
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
        ]);
        if !functions.is_empty() {
            command.arg("--collect-atstart=no");
        }
        command.args(
            functions
                .iter()
                .map(|function| format!("--toggle-collect={function}")),
        );
        // valgrind's own messages must be told apart from the host's.
        command
            .arg(format!(
                "--log-file={}",
                workspace.seen().join("valgrind.log").display()
            ))
            .args(["suricata", "-k", "none", "--runmode", "single", "-c"])
            .arg(workspace.configure(&plugins)?)
            .arg("-l")
            .arg(workspace.seen())
            .arg("-r")
            .arg(workspace.add(&capture.file)?);
        output(&mut command)?;

        let log = Log::parse(&workspace.log()?)?;
        let expected = plugin.map_or(0, |_| capture.packets);
        let counted = packets(log.messages());
        if counted != expected {
            let who = plugin.map_or("no plugin".into(), |plugin| plugin.display().to_string());
            return Err(
                format!("{who} counted {counted} packets instead of {expected}: {log}").into(),
            );
        }
        let said = fs::read_to_string(workspace.folder().join("valgrind.log"))?;
        let collected = said
            .lines()
            .find_map(|line| line.split_once("Collected : "));
        Ok(collected
            .ok_or("callgrind says no count")?
            .1
            .trim()
            .parse()?)
    }
}

/// How many packets the plugin says that it has counted, all threads together.
fn packets<'a>(messages: impl Iterator<Item = &'a str>) -> u64 {
    messages
        .filter_map(|message| {
            let count = message.strip_prefix("bench: ")?.strip_suffix(" packets")?;
            count.parse::<u64>().ok()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_packets_of_all_threads_are_summed() {
        let messages = [
            "bench: 40 packets",
            "other",
            "bench: 2 packets",
            "7 packets",
        ];
        assert_eq!(super::packets(messages.into_iter()), 42);
    }
}
