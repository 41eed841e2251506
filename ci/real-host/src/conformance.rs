//! Runs the conformance suite in Suricata and on the mock, and compares its observations.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use real_host::suite::FOLDER;
use regex_lite::Regex;
use serde_json::json;
use similar::TextDiff;
use suricata_thread_mock::{FlowKind, Generation, Host, RunMode, ThreadKind, Traffic};
use suricata_thread_sys::common::SCLogLevel;

use crate::build;
use crate::build::output_of;
use crate::host::Suricata;
use crate::log::{Line, Log};
use crate::socket::{self, Socket};

/// Enough flows for each worker to have some.
const FLOWS: u32 = 256;

/// The number of workers in the run mode autofp.
const WORKERS: usize = 3;

/// The number of captures that a host in unix-socket mode reads, each with new threads.
const CAPTURES: usize = 3;

/// The runs of a host: loading only; a capture in one thread, with the threads of statistics; in several
/// threads; and several captures over its socket. They have different log levels.
const MODES: [(&str, i32, &str); 4] = [
    ("load only", 5, "perf"),
    ("single", 4, "info"),
    ("autofp", 5, "perf"),
    ("unix-socket", 3, "notice"),
];

/// The plugin files in the order of loading, with the plugins of this package. Hosts refuse the first four.
const PLUGINS: [(&str, &str); 8] = [
    ("absent.so", ""),
    ("no_entry.so", "no_plugin"),
    ("other_generation.so", "needs_"),
    ("other_version.so", "other_version"),
    ("conformance.so", "conformance"),
    ("second.so", "second"),
    ("twice.so", "twice"),
    ("twice.so", "twice"),
];

/// The subjects of those of the host's own lines that are compared.
const SUBJECTS: &str = "[a-z_]+\\.so|conformance-(suite|second|twice|other-version)|\
    undefined symbol|conformance: (taken|several plugins|allocation)";

/// The module of the suite's own lines.
const MODULE: &str = "conformance";

/// The beginnings of the suite's lines with another module.
const OF_OTHER_MODULES: [&str; 2] = ["conformance: module ", "conformance: without module"];

/// A slot of the scenario for 8.0 only.
const ALLOCATION: &str = "conformance: allocation";

/// The mock's reports of the suite, which Suricata accepts: the kind, and part of the text.
const REPORTS: [(&str, &str); 6] = [
    ("StoredThenAllocated", "of slot `conformance: made`"),
    ("RegistrationInCallback", "StorageRegister of "),
    ("ValueLost", "SetStorageById of slot `conformance: values`"),
    (
        "ValueLost",
        "FreeStorageById of slot `conformance: free, curious`",
    ),
    ("ValueLost", "shutdown of slot `conformance: free, curious`"),
    (
        "ValueNeverFreed",
        "shutdown of slot `conformance: free, before`",
    ),
];

/// Texts in the observations that show that the suite ran: two hosts that refuse it would agree, too.
const DEMANDED: [(&str, &str); 6] = [
    ("registration", "accepted: true"),
    ("several_plugins", "second: Init"),
    ("refused_plugin", "closed"),
    ("allocation", "size 1, alloc: "),
    ("values, per thread", "get slot on worker"),
    ("flows, at any time", "finish on"),
];

/// Transcripts by name.
type Observations = BTreeMap<String, String>;

/// Runs the suite in both hosts, in each mode and generation.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let temporary = tempfile::tempdir()?;
    let plugins = build::plugins("release")?;
    let (mut lines, mut differences) = (0, Vec::new());
    for (mode, (name, _, level_name)) in MODES.into_iter().enumerate() {
        for generation in ["8", "9"] {
            let real = in_suricata(suricata, mode, level_name, generation == "9", &plugins);
            let real = real.with_context(|| format!("Suricata, {name}"))?;
            // Without traffic, there are neither threads nor flows.
            for (transcript, part) in &DEMANDED[..if mode == 0 { 4 } else { 6 }] {
                let seen = real.get(*transcript).map_or("", String::as_str);
                let is_there = seen.contains(part);
                ensure!(is_there, "{name}: {transcript} lacks {part}: {seen}");
            }
            let life = temporary.path().join(format!("{mode}-{generation}"));
            let mut mock = Command::new(std::env::current_exe()?);
            mock.args(["mock-life", generation, &mode.to_string()]);
            let (mock, mut wrong) = on_mock(mock.arg(&life).arg(&plugins), &life)?;
            let (real, mock) = (text(&real, generation), text(&mock, generation));
            lines += real.lines().count();
            if real != mock {
                let differences = TextDiff::from_lines(&real, &mock);
                wrong.push(differences.unified_diff().to_string());
            }
            let found = wrong.len();
            println!("{name}, the mock as {generation}.0: {found} differences");
            differences.extend(wrong);
        }
    }
    let differences = differences.join("\n");
    ensure!(differences.is_empty(), "- Suricata, + mock\n{differences}");
    println!("{lines} lines agree with Suricata {}", suricata.version);
    Ok(())
}

/// Returns all observations that `generation` can make.
fn text(observations: &Observations, generation: &str) -> String {
    let both = observations.iter();
    let both = both.filter(|(name, _)| generation == "8" || !name.starts_with("allocation"));
    both.map(|(name, text)| format!("# {name}\n{text}"))
        .collect()
}

/// Copies the plugins to `folder` under the same names in every run.
fn copy_plugins(generation: u32, plugins: &Path, folder: &Path) -> Result<()> {
    for (name, plugin) in PLUGINS {
        if name != "absent.so" {
            // Needs the other generation, so the host refuses it.
            let needs = format!("needs_{}", 17 - generation);
            let file = format!("lib{}.so", plugin.replace("needs_", &needs));
            let file = plugins.join(file);
            fs::copy(&file, folder.join(name)).with_context(|| file.display().to_string())?;
        }
    }
    Ok(())
}

/// Runs Suricata. `heartbeat` adds the thread `HB`, which 8.0 has if configured, and 9.0 always.
fn in_suricata(
    suricata: &Suricata,
    mode: usize,
    level: &str,
    heartbeat: bool,
    plugins: &Path,
) -> Result<Observations> {
    let folder = suricata.folder()?;
    fs::create_dir(folder.path("transcripts"))?;
    copy_plugins(8, plugins, &folder.path(""))?;
    let paths = PLUGINS.map(|(name, _)| folder.seen(name));
    let (capture, _) = folder.capture(FLOWS)?;
    let with_statistics = mode == 1;
    let statistics = json!([{ "stats": { "enabled": true, "filename": "stats.log" } }]);
    let workers = json!({ "cpu": ["all"], "mode": "balanced", "threads": WORKERS });
    let more = json!({
        "logging": { "default-log-level": level },
        // Otherwise the number of workers depends on the machine's processors.
        "threading": {
            "set-cpu-affinity": true,
            "cpu-affinity": [{ "worker-cpu-set": workers }],
        },
        "stats": { "enabled": with_statistics },
        "heartbeat": { "output-flush-interval": u8::from(heartbeat) },
        "outputs": if with_statistics { statistics } else { json!([]) },
    });
    folder.configure(&paths, more)?;
    let transcripts = folder.seen("transcripts");
    let socket_option = format!("--unix-socket={}", folder.seen(socket::FILE));
    let arguments: &[&str] = match mode {
        0 => &["-T"],
        1 => &["--runmode", "single", "-r", &capture],
        2 => &["--runmode", "autofp", "-r", &capture],
        _ => &["--runmode", "autofp", &socket_option],
    };
    let mut life = suricata.start(folder, &[], arguments, &[(FOLDER, &transcripts)])?;
    if mode == 3 {
        let mut socket = Socket::connect(&mut life)?;
        for _ in 0..CAPTURES {
            socket.read(&mut life, &capture)?;
        }
        socket.shut_down()?;
    }
    let run = life.end()?;
    observations(&run.life.folder.path("transcripts"), &run.log)
}

/// Runs the mock in a process of its own, since plugins keep their state for the life of a process.
/// Returns the observations, and the reports that are not in [`REPORTS`].
fn on_mock(life: &mut Command, folder: &Path) -> Result<(Observations, Vec<String>)> {
    let transcripts = folder.join("transcripts");
    fs::create_dir_all(&transcripts)?;
    let printed = output_of(life.env(FOLDER, &transcripts).stderr(Stdio::inherit()))?;
    let (mut log, mut wrong) = (String::new(), Vec::new());
    for line in printed.lines() {
        let Some(report) = line.strip_prefix(REPORTED) else {
            log += &format!("{line}\n");
            continue;
        };
        let known = |(kind, part): &(&str, &str)| report.starts_with(kind) && report.contains(part);
        if !REPORTS.iter().any(known) {
            wrong.push(line.to_owned());
        }
    }
    Ok((observations(&transcripts, &Log::parse(&log)?)?, wrong))
}

/// The beginning of a line with a report. The other lines are the log.
const REPORTED: &str = "reported: ";

/// The arguments with which [`on_mock`] starts the program.
#[derive(clap::Args)]
pub(crate) struct MockLife {
    generation: u32,
    mode: usize,
    folder: PathBuf,
    plugins: PathBuf,
}

/// Does the same on the mock as [`in_suricata`], and prints the log and the reports.
pub(crate) fn mock_life(life: &MockLife) -> Result<()> {
    let host = Host::builder()
        .generation(Generation::from_major(life.generation).context("no such generation")?)
        .log_level(SCLogLevel(MODES[life.mode].1))
        .record_only()
        .build();
    copy_plugins(life.generation, &life.plugins, &life.folder)?;
    for (name, _) in PLUGINS {
        // The log has the outcome, as with Suricata.
        // SAFETY: the registrations of the suite's own plugins hold for the life of the process.
        let _ = unsafe { host.open(life.folder.join(name)) };
    }
    let expectation = capture::write_pcap(FLOWS, std::io::sink())?;
    let traffic = || {
        for count in expectation.protocols.values() {
            host.traffic(Traffic {
                flows: count.flows,
                packets_per_flow: count.packets / count.flows,
                // Suricata knows no protocol in the capture, so it finishes all its flows, also of TCP.
                kinds: &[FlowKind::Udp],
                ..Traffic::default()
            });
        }
    };
    let autofp = RunMode::Autofp {
        receivers: 1,
        workers: WORKERS,
    };
    match life.mode {
        0 => host.finalize(),
        1 => {
            host.start(RunMode::Single);
            host.spawn("CW", ThreadKind::Counters);
            host.spawn("CS", ThreadKind::Counters);
            traffic();
        }
        2 => {
            host.start(autofp);
            traffic();
        }
        _ => {
            host.finalize();
            let manager = host.spawn("US", ThreadKind::Command);
            for _ in 0..CAPTURES {
                let threads = manager.run(|_| host.start(autofp));
                traffic();
                manager.run(|_| threads.stop());
            }
        }
    }
    host.shutdown();
    for line in host.log() {
        let (message, thread_name, module) = (&line.message, &line.thread, &line.module);
        let engine = json!({ "message": message, "thread_name": thread_name, "module": module });
        let line = json!({ "log_level": line.level_name(), "engine": engine });
        println!("{line}");
    }
    for report in host.reports() {
        // Escaped, so that it is one line.
        println!("{REPORTED}{:?}: {:?}", report.kind, report.to_string());
    }
    Ok(())
}

/// Returns the suite's files and the log in a form that allows comparing two hosts.
fn observations(folder: &Path, log: &Log) -> Result<Observations> {
    let mut observations = Observations::new();
    let mut threads: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path())?;
        match name.split('.').collect::<Vec<_>>()[..] {
            [scenario, "sequence"] => {
                observations.insert(scenario.to_owned(), text);
            }
            [scenario, _, "thread"] => threads.entry(scenario.to_owned()).or_default().push(text),
            [scenario, "lines"] => {
                let lines = counted(text.lines().map(|line| format!("{line}\n")).collect());
                observations.insert(format!("{scenario}, at any time"), lines);
            }
            _ => bail!("the suite has written an unknown file {name}"),
        }
    }
    for (scenario, texts) in threads {
        observations.insert(format!("{scenario}, per thread"), counted(texts));
    }
    let is_own = |line: &&Line| {
        let begins = |begin: &&str| line.message.starts_with(begin);
        line.module == MODULE || OF_OTHER_MODULES.iter().any(begins)
    };
    let (own, host): (Vec<_>, Vec<_>) = log.0.iter().partition(is_own);
    let own = own.into_iter().map(of_suite).collect();
    observations.insert("the suite's lines in the log".to_owned(), counted(own));
    for line in host {
        if let Some((prefix, text)) = of_host(line) {
            let name = format!("{prefix}the host's lines in the log");
            *observations.entry(name).or_default() += &text;
        }
    }
    Ok(observations)
}

/// Returns each text once, sorted, with the number of times.
fn counted(texts: Vec<String>) -> String {
    let mut times: BTreeMap<String, u64> = BTreeMap::new();
    for text in texts {
        *times.entry(text).or_default() += 1;
    }
    let lines = times.iter();
    let lines = lines.map(|(text, times)| format!("{times} × {text}"));
    lines.collect()
}

/// Returns the level of a line, and the kind of thread that logged it.
fn level_and_role(line: &Line) -> String {
    let role = match line.thread.as_str() {
        "Suricata-Main" => "main",
        name if name.starts_with("W#") => "worker",
        _ => "other",
    };
    format!("{} on {role}", line.level)
}

/// Returns the text of one of the suite's lines. It counts equal characters, which are hard to compare by eye.
fn of_suite(line: &Line) -> String {
    let (start, message, module) = (level_and_role(line), &line.message, &line.module);
    let is_one = |first: &char| message.len() > 100 && message.chars().all(|c| c == *first);
    match message.chars().next().filter(is_one) {
        _ if module != MODULE => format!("{start}, of {module:?}: {message:?}\n"),
        Some(first) => format!("{start}: {} times {first}\n", message.len()),
        None => format!("{start}: {message:?}\n"),
    }
}

/// Returns the subjects of one of the host's own lines, if it is about plugins or threads.
///
/// Hosts may use other words, but level, thread, subjects and order must agree. Lines about functions of
/// 8.0 only go to a transcript of their own; its name begins with the first text returned.
fn of_host(line: &Line) -> Option<(&'static str, String)> {
    if let Some(threads) = line.message.strip_prefix("Threads created -> ") {
        let threads = threads.trim_end_matches("Engine started.").trim();
        let text = format!("{}: {threads}\n", level_and_role(line));
        return (!threads.is_empty()).then_some(("", text));
    }
    let subjects = Regex::new(SUBJECTS).expect("a regular expression");
    let about = subjects.find_iter(&line.message);
    let about: BTreeSet<_> = about.map(|found| found.as_str()).collect();
    let text = format!("{}: {about:?}\n", level_and_role(line));
    let prefix = if about.contains(ALLOCATION) {
        "allocation, "
    } else {
        ""
    };
    (!about.is_empty()).then_some((prefix, text))
}
