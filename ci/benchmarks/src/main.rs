//! Counts the instructions of `suricata-thread`, of its alternatives and of the mock.
//!
//! Fails if a figure is worse than recorded, or an access costs more than the raw call. With `UPDATE` in the
//! environment, records the figures instead, and writes docs/benchmarks.md and its chart.

mod report;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Figures by name: instructions of one call, or bytes.
type Figures = BTreeMap<String, f64>;

const RECORDED: &str = "ci/benchmarks/figures.tsv";
const HEADER: &str =
    "# Figures of the safe layer and the mock, which `UPDATE=1 ci/check bench` writes.\n";

/// The part of a figure by which another compiler's code may differ. Small figures are exact.
const TOLERANCE: f64 = 0.02;

/// The name of the figure for the mock.
const MOCK: &str = "a packet of a capture, on the mock";

/// The name of the figure in bytes.
const SIZE: &str = "bytes of a stripped plugin";

fn main() -> Result<()> {
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
    let built = Built::new()?;
    let mut figures = built.count("ours")?;
    figures.insert(SIZE.to_owned(), built.size("plugin_here")?);
    figures.insert(MOCK.to_owned(), built.count_mock()?);
    if std::env::var_os("UPDATE").is_some_and(|value| !value.is_empty()) {
        let mut lines = HEADER.to_owned();
        for (name, figure) in figures {
            lines += &format!("{figure:.0}\t{name}\n");
        }
        fs::write(RECORDED, lines)?;
        return report::write(&built);
    }
    let raw = built.count("raw")?;
    for access in ["access", "access of a flow"] {
        let (ours, raw) = (figures[access], raw[access]);
        ensure!(ours <= raw, "{access}: {ours} instructions, raw {raw}");
    }
    let recorded = fs::read_to_string(RECORDED)?;
    let lines = recorded.lines().filter_map(|line| line.split_once('\t'));
    let mut worse = Vec::new();
    for (before, name) in lines {
        let before = before.parse::<f64>()?;
        let now = figures.remove(name).with_context(|| name.to_owned())?;
        println!("{now:7.0} {name}");
        if now > before + (before * TOLERANCE).floor() {
            worse.push(format!("{name}: {now:.0} instead of {before:.0}"));
        }
    }
    worse.extend(figures.keys().map(|name| format!("{name}: not recorded")));
    let remedy = "to accept this, run UPDATE=1 ci/check bench";
    ensure!(worse.is_empty(), "{}; {remedy}", worse.join("; "));
    Ok(())
}

/// The built host and plugins.
struct Built {
    host: PathBuf,
    /// The folder with the plugins.
    plugins: PathBuf,
}

impl Built {
    fn new() -> Result<Self> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
        let build = ["build", "-q", "--locked", "--release", "--examples"];
        let packages = ["-p", "benchmarks", "-p", "docs"];
        output(Command::new("cargo").args(build).args(packages))?;
        let mock = ["--bins", "-p", "suricata-thread-mock", "-F", "cli"];
        let plugin = ["--lib", "-p", "flow-counter", "--no-default-features"];
        for package in [&mock[..], &plugin] {
            output(Command::new("cargo").args(&build[..4]).args(package))?;
        }
        let host = target.join("benchmarks-host");
        // No padding for control flow enforcement, as in Rust.
        let options = "-O2 -Wall -Wextra -Werror -fcf-protection=none -rdynamic \
            ci/benchmarks/c/host.c -ldl -o";
        let mut cc = Command::new("cc");
        output(cc.args(options.split_whitespace()).arg(&host))?;
        let plugins = target.join("release/examples");
        Ok(Self { host, plugins })
    }

    fn plugin(&self, name: &str) -> PathBuf {
        self.plugins.join(format!("lib{name}.so"))
    }

    /// Returns the instructions of one call of each case of a plugin, including the host's functions.
    fn count(&self, plugin: &str) -> Result<Figures> {
        let folder = tempfile::tempdir()?;
        let out = folder.path().join("out");
        output(callgrind(&out, &self.host).arg(self.plugin(plugin)))?;
        let (mut figures, mut nothing) = (Figures::new(), 0.0);
        for number in 1.. {
            // Dumps are numbered. The file without a number has the rest of the run.
            let Ok(dump) = fs::read_to_string(out.with_extension(number.to_string())) else {
                break;
            };
            let field = |name: &str| {
                let field = dump.lines().find_map(|line| line.strip_prefix(name));
                field.with_context(|| format!("callgrind wrote no {name}"))
            };
            let label = field("desc: Trigger: Client Request: ")?;
            let label: Vec<_> = label.split('\t').collect();
            let instructions: f64 = field("totals: ")?.parse()?;
            let [kind, calls, name] = label[..] else {
                anyhow::bail!("{label:?}")
            };
            match kind {
                "nothing" => nothing = instructions,
                // The empty function is one instruction, its return.
                _ => {
                    let one = (instructions - nothing) / calls.parse::<f64>()? + 1.0;
                    figures.insert(name.to_owned(), one.round());
                }
            }
        }
        ensure!(!figures.is_empty(), "nothing was counted for {plugin}");
        Ok(figures)
    }

    /// Returns the mock's instructions for a packet with flow-counter: the growth from a small to a large capture.
    fn count_mock(&self) -> Result<f64> {
        let count = |flows| {
            let folder = tempfile::tempdir()?;
            let capture = folder.path().join("capture.pcap");
            let packets = capture::write_pcap(flows, fs::File::create(&capture)?)?;
            let release = self.plugins.with_file_name("");
            // The program runs the plugin in a child process, which writes a file of its own.
            let out = folder.path().join("out.%p");
            let mut mock = callgrind(&out, &release.join("suricata-mock"));
            mock.args(["run", "--seed=1", "--runmode=single", "--pcap"]);
            output(mock.args([&capture, &release.join("libflow_counter.so")]))?;
            let mut total = 0.0;
            for file in fs::read_dir(folder.path())? {
                let dump = fs::read(file?.path())?;
                let dump = String::from_utf8_lossy(&dump);
                let totals = dump.lines().find_map(|line| line.strip_prefix("totals: "));
                total += totals.map_or(Ok(0.0), str::parse::<f64>)?;
            }
            anyhow::Ok((total, packets.total.packets as f64))
        };
        let ((few, of_few), (many, of_many)) = (count(1_000)?, count(4_000)?);
        Ok(((many - few) / (of_many - of_few)).round())
    }

    /// Returns the size of a stripped plugin in bytes.
    fn size(&self, plugin: &str) -> Result<f64> {
        let stripped = tempfile::NamedTempFile::new()?;
        let mut strip = Command::new("strip");
        output(
            strip
                .arg("-o")
                .args([stripped.path(), &self.plugin(plugin)]),
        )?;
        Ok(fs::metadata(stripped.path())?.len() as f64)
    }
}

/// Returns a command that runs a program under callgrind, which writes its counts to `out`.
fn callgrind(out: &Path, program: &Path) -> Command {
    let mut valgrind = Command::new("valgrind");
    let out = format!("--callgrind-out-file={}", out.display());
    valgrind.args(["-q", "--tool=callgrind", &out]).arg(program);
    valgrind
}

/// Runs a command, which must succeed, and returns its output.
fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let printed = String::from_utf8([output.stdout, output.stderr].concat())?;
    let status = output.status;
    ensure!(status.success(), "{command:?}: {status}: {printed}");
    Ok(printed)
}
