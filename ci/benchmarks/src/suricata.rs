//! What a plugin adds to a packet in a real Suricata 8.0.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

use capture::Plan;
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
    let suricata = Suricata::new(root)?;
    let captures = [suricata.capture(FLOWS)?, suricata.capture(2 * FLOWS)?];
    let per_packet = |plugin: Option<&str>| {
        let plugin = plugin
            .map(|file| suricata.add(&built.join(file)))
            .transpose()?;
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
        version: suricata.version()?,
    })
}

/// A Suricata, with a folder that it sees.
struct Suricata {
    root: PathBuf,
    folder: TempDir,
}

struct Capture {
    file: PathBuf,
    packets: u64,
}

impl Suricata {
    fn new(root: &Path) -> Result<Self> {
        let root = root.canonicalize()?;
        let folder = TempDir::with_prefix_in("bench-", root.join("tmp"))?;
        Ok(Self { root, folder })
    }

    fn version(&self) -> Result<String> {
        let printed = output(self.command().args(["suricata", "-V"]))?;
        let version = printed.split_once("version ").map(|(_, rest)| rest);
        let version = version.and_then(|rest| rest.split_whitespace().next());
        Ok(version.ok_or("suricata -V says no version")?.to_owned())
    }

    /// Where the host sees `file` of the folder.
    fn seen(&self, file: &str) -> Result<PathBuf> {
        let file = self.folder.path().join(file);
        Ok(Path::new("/").join(file.strip_prefix(&self.root)?))
    }

    /// Puts `file` into the folder, and says where the host sees it.
    fn add(&self, file: &Path) -> Result<PathBuf> {
        let name = file.file_name().ok_or("not a file")?;
        fs::copy(file, self.folder.path().join(name))
            .map_err(|error| format!("{}: {error}", file.display()))?;
        self.seen(&name.to_string_lossy())
    }

    fn capture(&self, flows: u32) -> Result<Capture> {
        let name = format!("{flows}.pcap");
        let file = BufWriter::new(File::create(self.folder.path().join(&name))?);
        let expectation = capture::write_pcap(
            Plan {
                flows,
                packets: PACKETS,
            },
            file,
        )?;
        Ok(Capture {
            file: self.seen(&name)?,
            packets: expectation.total.packets,
        })
    }

    /// A command to run in the root folder, with /proc, which valgrind needs, and with what it mounts for itself alone.
    fn command(&self) -> Command {
        if self.root == Path::new("/") {
            return Command::new("env");
        }
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "sh", "-c"])
            .arg("mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"")
            .arg(&self.root);
        command
    }

    /// The instructions of a run with `plugin` over `capture`: all, or those of some functions and what they call.
    fn count(&self, plugin: Option<&Path>, capture: &Capture, functions: &[&str]) -> Result<u64> {
        const LOG: &str = "suricata.log";
        let folder = self.seen("")?;
        let plugins = plugin.map_or(String::new(), |plugin| format!("\"{}\"", plugin.display()));
        let configuration = format!(
            "%YAML 1.1
---
plugins: [{plugins}]
default-log-dir: \"{folder}\"
logging:
  default-log-level: notice
  outputs:
    - console:
        enabled: no
    - file:
        enabled: yes
        filename: {LOG}
stats:
  enabled: no
outputs: []
",
            folder = folder.display(),
        );
        fs::write(self.folder.path().join("suricata.yaml"), configuration)?;
        let log = self.folder.path().join(LOG);
        if log.exists() {
            fs::remove_file(&log)?;
        }
        let mut command = self.command();
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
                self.seen("valgrind.log")?.display()
            ))
            .args(["suricata", "-k", "none", "--runmode", "single", "-c"])
            .arg(self.seen("suricata.yaml")?)
            .arg("-l")
            .arg(&folder)
            .arg("-r")
            .arg(&capture.file);
        output(&mut command)?;

        let log = fs::read_to_string(&log)?;
        let expected = plugin.map_or(0, |_| capture.packets);
        let counted = packets(&log);
        if counted != expected {
            let who = plugin.map_or("no plugin".into(), |plugin| plugin.display().to_string());
            return Err(
                format!("{who} counted {counted} packets instead of {expected}: {log}").into(),
            );
        }
        let said = fs::read_to_string(self.folder.path().join("valgrind.log"))?;
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

/// How many packets the plugin says in the host's log that it has counted, all threads together.
fn packets(log: &str) -> u64 {
    log.lines()
        .filter_map(|line| line.rsplit_once("bench: ")?.1.strip_suffix(" packets"))
        .filter_map(|count| count.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_packets_of_all_threads_are_summed() {
        let log = "[1 - Suricata-Main] Notice: bench: bench: 40 packets\nother\n\
            [1] Notice: packets: bench: 2 packets\n[1] Notice: 7 packets\n";
        assert_eq!(super::packets(log), 42);
    }
}
