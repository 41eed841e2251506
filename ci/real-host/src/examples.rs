//! Runs the examples in Suricata and on the mock, over captures with known counts.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use capture::{Count, Expectation};
use regex_lite::Regex;

use crate::build::{self, output_of};
use crate::host::Suricata;
use crate::log::Log;
use crate::own_threads;

/// The expected log of an example.
struct Example<'a>(
    /// Its package and plugin, whose name begins its lines.
    &'a str,
    /// The major versions that the mock runs it as.
    &'a [u32],
    /// The line of a thread at its end, a regular expression: its flows, and packets if it counts them.
    &'a str,
    /// The beginning of the kinds of threads that log the line.
    &'a str,
    /// The check of its other lines.
    Rest,
);

type Rest = fn(&[&str], &Expectation) -> Result<()>;

const FLOWS_OF_THREAD: &str = r"^a thread saw (\d+) flows$";
const COUNTS_OF_THREAD: &str = r"^(?:thread \d+: )?(\d+) flows, (\d+) packets$";
const NO_THREAD: &str = "no thread";

const EXAMPLES: [Example<'_>; 7] = [
    Example("minimal", &[8, 9], FLOWS_OF_THREAD, "W", nothing),
    Example("begun-ended", &[8, 9], "^$", NO_THREAD, begun_and_ended),
    Example("raw-plugin", &[8], FLOWS_OF_THREAD, "", nothing),
    Example("c-plugin", &[8, 9], FLOWS_OF_THREAD, "", nothing),
    Example("flow-counter", &[8, 9], COUNTS_OF_THREAD, "", total),
    Example("live-totals", &[8, 9], "^$", NO_THREAD, live_totals),
    // As 8.0, the mock lacks a function that it needs.
    Example("top-talkers", &[9], "^$", NO_THREAD, top_talkers),
];

/// The number of flows in a capture, enough for every worker of a large machine.
const FLOWS: u32 = 20_000;

/// An interval for live-totals that is due within the fraction of a second that a capture takes.
const OFTEN: (&str, &str) = ("LIVE_TOTALS_SECONDS", "0.02");

/// Checks all examples, and the first steps of README.md.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let pcap = folder.path().join("talkers.pcap");
    let talkers = capture::write_pcap_with_talkers(FLOWS, fs::File::create(&pcap)?)?;
    let mock = build::program("suricata-thread-mock", "suricata-mock")?;
    for example in &EXAMPLES {
        let plugin = build::example(example.0)?;
        let exports = "nm -DP --defined-only \"$0\" | cut -d' ' -f 1";
        let exports = output_of(Command::new("sh").args(["-c", exports]).arg(&plugin))?;
        ensure!(exports == "SCPluginRegister\n", "exports: {exports}");
        println!("{}:", example.0);
        for generation in example.1 {
            let check = format!("check --suricata {generation}");
            output_of(Command::new(&mock).args(check.split(' ')).arg(&plugin))?;
            for mode in ["single", "autofp"] {
                let options = format!("run --suricata {generation} --runmode {mode} --pcap");
                let mut run = Command::new(&mock);
                run.args(options.split(' ')).arg(&pcap).arg(&plugin);
                let log = Log::parse_mock(&output_of(&mut run)?);
                // 9.0 also has the thread HB, which its line "Threads created" does not count.
                let found = example.judge(&log, u64::from(*generation == 9), &talkers);
                let found = found.with_context(|| format!("mock, {options}:\n{log}"))?;
                println!("  mock as {generation}.0, {mode}: {found}");
            }
        }
        for mode in ["single", "autofp"] {
            let run = suricata.run(&[&plugin], mode, &pcap, &[OFTEN])?;
            let processed = run.log.flows_processed();
            ensure!(processed == u64::from(FLOWS), "{processed} flows");
            let found = example.judge(&run.log, 0, &talkers);
            let found = found.with_context(|| format!("{mode}:\n{}", run.log))?;
            println!("  Suricata {}, {mode}: {found}", suricata.version);
            if mode == "single" {
                example.readme_shows(&run.log)?;
            }
        }
    }
    own_threads::check(suricata)?;
    first_steps(suricata)
}

/// Checks flow-counter, or a plugin with the same log lines, in the two run modes for captures.
pub(crate) fn count(suricata: &Suricata, plugin: &Path, name: &str) -> Result<()> {
    let (threads, rest): (_, Rest) = match name {
        "flow-counter" => ("", total),
        _ => ("W", nothing),
    };
    let example = Example(name, &[], COUNTS_OF_THREAD, threads, rest);
    let folder = tempfile::tempdir()?;
    let pcap = folder.path().join("flows.pcap");
    let expected = capture::write_pcap(2_000, fs::File::create(&pcap)?)?;
    for mode in ["single", "autofp"] {
        let run = suricata.run(&[plugin], mode, &pcap, &[])?;
        let found = example.judge(&run.log, 0, &expected);
        let found = found.with_context(|| format!("{mode}:\n{}", run.log))?;
        println!("{name}: Suricata {}, {mode}: {found}", suricata.version);
    }
    Ok(())
}

impl Example<'_> {
    /// Compares the log with the counts of the capture, and returns a summary. The host has created `unlisted` threads
    /// more than it logs.
    fn judge(&self, log: &Log, unlisted: u64, expected: &Expectation) -> Result<String> {
        let Self(name, _, of_thread, threads, rest) = self;
        let mut complaints = log.complaints();
        let own = complaints.find(|line| line.message.contains(name));
        ensure!(own.is_none(), "{own:?}");
        for start in ["Loading plugin ", "Initializing plugin "] {
            let times = log.messages().filter(|line| line.starts_with(start));
            ensure!(times.count() == 1, "the log must have \"{start}\" once");
        }
        let prefix = format!("{name}: ");
        let lines = log.messages();
        let lines = lines.filter_map(|message| message.strip_prefix(&prefix));
        let of_thread = Regex::new(of_thread)?;
        let (of_threads, others): (Vec<_>, Vec<_>) =
            lines.partition(|line| of_thread.is_match(line));
        rest(&others, expected)?;

        let created = log.threads_created()?;
        let kinds = created.iter();
        let listed = kinds.filter(|(kind, _)| kind.starts_with(threads));
        let mut speaking: u64 = listed.map(|(_, count)| count).sum();
        if threads.is_empty() {
            speaking += unlisted;
        }
        let spoken = of_threads.len() as u64;
        ensure!(spoken == speaking, "{spoken} of {speaking} threads logged");
        if speaking == 0 {
            return Ok(format!("{} lines", others.len()));
        }
        let (mut flows, mut packets, mut busy) = (0, None, 0);
        for line in of_threads {
            let numbers = of_thread.captures(line).context("no match")?;
            let number = |at| numbers.get(at).and_then(|n| n.as_str().parse::<u64>().ok());
            flows += number(1).unwrap_or(0);
            packets = number(2).map(|n| n + packets.unwrap_or(0));
            busy += u64::from(number(1) > Some(0));
        }
        let all = expected.total;
        ensure!(flows == all.flows, "{flows} flows of {}", all.flows);
        let packets = packets.unwrap_or(all.packets);
        ensure!(packets == all.packets, "{packets} of {}", all.packets);
        ensure!(created.get("W") == Some(&busy), "{busy} threads saw flows");
        Ok(format!("{flows} flows on {busy} of {speaking} threads"))
    }

    /// Checks that the README shows the lines of this log.
    fn readme_shows(&self, log: &Log) -> Result<()> {
        let prefix = format!("{}: ", self.0);
        let depends_on_time = Regex::new(r" so far: .*|\d+ to ")?;
        let stable = |text: &str| {
            let lines = text.lines().filter(|line| line.starts_with(&prefix));
            let lines = lines.map(|line| depends_on_time.replace(line, "…").into_owned());
            let mut lines: Vec<_> = lines.collect();
            lines.dedup();
            lines
        };
        let logged: Vec<_> = log.messages().collect();
        let readme = format!("examples/{}/README.md", self.0.trim_end_matches("-plugin"));
        let shown = stable(&fs::read_to_string(&readme)?);
        // flow-counter's README shows the output of its program, which a test compares.
        let is_shown = self.0 == "flow-counter" || shown == stable(&logged.join("\n"));
        ensure!(is_shown, "{readme} does not show these lines:\n{log}");
        Ok(())
    }
}

fn nothing(lines: &[&str], _: &Expectation) -> Result<()> {
    ensure!(lines.is_empty(), "not expected: {lines:?}");
    Ok(())
}

/// Expects a line for each thread with flows: all of them have ended.
fn begun_and_ended(lines: &[&str], expected: &Expectation) -> Result<()> {
    let of_thread = Regex::new(r"^a thread began (\d+) flows, (\d+) ended$")?;
    let mut all = 0;
    for line in lines {
        let numbers = of_thread.captures(line);
        let numbers = numbers.with_context(|| (*line).to_owned())?;
        ensure!(numbers[1] == numbers[2], "{line}");
        all += numbers[1].parse::<u64>()?;
    }
    ensure!(all == expected.total.flows, "{all} flows began: {lines:?}");
    Ok(())
}

/// Expects one line `total: <n> flows, <n> packets, …`.
fn total(lines: &[&str], expected: &Expectation) -> Result<()> {
    let Count { flows, packets } = expected.total;
    let total = format!("total: {flows} flows, {packets} packets");
    let [line] = lines else {
        bail!("expected one line of totals: {lines:?}")
    };
    ensure!(line.starts_with(&total), "\"{line}\", not \"{total}\"");
    Ok(())
}

/// Expects lines `so far: …`, which its own tests read, and then the total without flows alive.
fn live_totals(lines: &[&str], expected: &Expectation) -> Result<()> {
    let (last, so_far) = lines.split_last().context("nothing was logged")?;
    let expects_so_far = so_far.iter().all(|line| line.starts_with("so far: "));
    ensure!(expects_so_far, "not expected: {so_far:?}");
    ensure!(last.ends_with(" packets, 0 flows alive"), "{last}");
    total(&[last], expected)
}

/// Expects a line with the totals, then the ten heaviest talkers in order. The bounds of each contain its packets, and
/// are at most a thousandth of all packets apart.
fn top_talkers(lines: &[&str], expected: &Expectation) -> Result<()> {
    let (first, ranks) = lines.split_first().context("nothing was logged")?;
    let Count { flows, packets } = expected.total;
    let all = format!("{flows} flows, {packets} packets, 0 of unknown source");
    ensure!(*first == all, "\"{first}\" instead of \"{all}\"");
    ensure!(ranks.len() == 10, "{} lines on talkers", ranks.len());
    let talkers = expected.talkers.get(..11).context("too few talkers")?;
    ensure!(talkers[9].1 > talkers[10].1, "the tenth talker has a rival");
    let rank = Regex::new(r"^(\d+)\. (.*): (\d+) to (\d+) packets$")?;
    let (mut before, mut seen) = (u64::MAX, Vec::new());
    for (at, line) in (1_u64..).zip(ranks) {
        let parts = rank.captures(line).with_context(|| (*line).to_owned())?;
        let number = |part: usize| parts[part].parse::<u64>();
        let (least, most, source) = (number(3)?, number(4)?, parts[2].parse::<IpAddr>()?);
        let talker = talkers[..10].iter().find(|talker| talker.0 == source);
        let sent = talker.with_context(|| (*line).to_owned())?.1;
        let is_right = number(1)? == at && least <= sent && sent <= most && sent <= before;
        let is_right = is_right && !seen.contains(&source);
        ensure!(is_right, "\"{line}\" instead of {sent} packets");
        ensure!(most - least <= packets / 1000, "\"{line}\" has wide bounds");
        before = sent;
        seen.push(source);
    }
    Ok(())
}

/// Follows README.md for minimal in Suricata: its configuration, its capture, its command.
fn first_steps(suricata: &Suricata) -> Result<()> {
    let readme = fs::read_to_string("README.md")?;
    let part = |from: &str, to: &str| {
        let part = readme.split_once(from);
        let part = part.and_then(|(_, rest)| rest.split_once(to));
        let (part, _) = part.with_context(|| format!("README.md lacks {from}…{to}"))?;
        anyhow::Ok(part.to_owned())
    };
    let folder = suricata.folder()?;
    let plugin = folder.add(&build::example("minimal")?)?;
    let yaml = part("```yaml\n", "```")?.replace("/path/to/libminimal.so", &plugin);
    ensure!(yaml.contains(&plugin), "README.md lacks libminimal.so");
    fs::write(folder.path("suricata.yaml"), yaml)?;
    let options = part("`cargo run -p capture -- ", "`")?.replace('\n', " ");
    let mut capture = Command::new(build::program("capture", "capture")?);
    capture.args(options.split_whitespace());
    output_of(capture.current_dir(folder.path("")))?;
    let command = part("\nsuricata -c suricata.yaml ", " -l /tmp")?;
    let capture = folder.seen("some.pcap");
    let words = command.split_whitespace().map(|word| match word {
        "some.pcap" => &capture,
        word => word,
    });
    let arguments: Vec<_> = words.collect();
    let run = suricata.start(folder, &[], &arguments, &[])?.end()?;
    let line = Regex::new(r"(?m)^Notice: minimal: minimal: a thread saw (\d+) flows")?;
    ensure!(line.is_match(&readme), "README.md lacks a line {line}");
    let flows = line.captures_iter(&run.printed);
    let flows = flows.filter_map(|found| found[1].parse::<u64>().ok());
    let made = format!("--flows {} ", flows.sum::<u64>());
    ensure!(options.contains(&made), "not {made}:\n{}", run.printed);
    println!("README.md: suricata -c suricata.yaml {command}: {made}");
    Ok(())
}
