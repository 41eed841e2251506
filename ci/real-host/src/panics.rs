//! Runs the plugin `panics`, which panics at every boundary, with every kind of payload.

use std::fs::File;
use std::io::BufWriter;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use regex_lite::Regex;

use crate::build;
use crate::host::{Run, Suricata};
use crate::log::{Line, Log};

/// The number of panics of each place: with a text, a formatted text, a number, and a value whose drop panics.
const TIMES: u64 = 4;

const FLOWS: u32 = 20_000;

/// Checks that Suricata goes on, and that its log has a line for each panic.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let pcap = folder.path().join("flows.pcap");
    capture::write_pcap(FLOWS, BufWriter::new(File::create(&pcap)?))?;
    let plugins = build::plugins("release")?;
    for mode in ["single", "autofp"] {
        let run = suricata.run(&[&plugins.join("libpanics.so")], mode, &pcap, &[])?;
        judge(&run).with_context(|| format!("{mode}:\n{}{}", run.log, run.printed))?;
        println!("{mode}: all {FLOWS} flows counted, and a line for each panic");
    }
    let plugin = plugins.join("libflood.so");
    let run = suricata.run(&[&plugin], "single", &pcap, &[("FLOOD", "nested")])?;
    let (_, log, printed) = in_suricata(run)?;
    let lines = log.complaints().count();
    let is_cut = |line: &&Line| line.message.contains(" bytes more) (at ");
    let cut = log.complaints().filter(is_cut).count();
    let printed = printed.matches("\nplanned x").count();
    println!("single, long and nested: {cut} of {lines} lines, {printed} printed");
    ensure!(cut == 11 && lines <= 14 && printed == 10);
    let mock = build::program("suricata-thread-mock", "suricata-mock")?;
    for backtrace in [None, Some("1"), Some("full")] {
        for mode in ["single", "autofp"] {
            flood(mode, backtrace, |variables| {
                in_suricata(suricata.run(&[&plugin], mode, &pcap, variables)?)
            })?;
            let mut run = Command::new(&mock);
            run.args(["run", "--runmode", mode, "--pcap"]);
            run.args([&pcap, &plugin]);
            flood(&format!("mock, {mode}"), backtrace, |variables| {
                on_the_mock(&mut run, variables)
            })?;
        }
    }
    Ok(())
}

/// The result of a run: seconds, the log, and the other output.
type Flooded = (f64, Log, String);

/// Checks that a callback which panics for each of 180,000 packets logs few lines, and takes little more time than an
/// empty one. The fastest of several runs counts, since the machine may be busy.
fn flood(
    name: &str,
    backtrace: Option<&str>,
    mut run: impl FnMut(&[(&str, &str)]) -> Result<Flooded>,
) -> Result<()> {
    let backtrace = backtrace.map(|backtrace| ("RUST_BACKTRACE", backtrace));
    let variables: Vec<_> = backtrace.into_iter().collect();
    let panicking = [&[("FLOOD", "1")], &variables[..]].concat();
    let (mut empty, mut flooded) = (f64::MAX, f64::MAX);
    let (mut lines, mut bytes) = (0, 0);
    // The first backtrace of each worker reads the symbols of all libraries.
    let workers = if name.ends_with("autofp") { 2.0 } else { 1.0 };
    let once = if backtrace.is_some() {
        0.1 * workers
    } else {
        0.0
    };
    for round in 1..=10 {
        empty = empty.min(run(&variables)?.0);
        let (seconds, log, printed) = run(&panicking)?;
        flooded = flooded.min(seconds);
        let complaints = log.complaints().map(|line| line.message.as_str());
        let written = complaints.chain(printed.lines()).collect::<Vec<_>>();
        (lines, bytes) = (written.len(), written.concat().len());
        for part in ["panicked: planned (at ", "is not called for 1 s"] {
            let is_there = written.iter().any(|line| line.contains(part));
            ensure!(is_there, "the output lacks \"{part}\": {written:#?}");
        }
        if round >= 3 && flooded <= 1.5 * empty + once {
            break;
        }
    }
    println!(
        "{name}, {backtrace:?}: {lines} lines, {bytes} bytes, {empty} s empty, {flooded} s with panics"
    );
    ensure!(lines <= 100, "{lines} lines");
    ensure!(bytes <= 64 * 1024, "{bytes} bytes");
    let is_quick = flooded <= 1.5 * empty + once;
    ensure!(is_quick, "panics take {flooded} s, no panics {empty} s");
    Ok(())
}

fn in_suricata(run: Run) -> Result<Flooded> {
    // Some versions of Suricata can't write longer lines.
    let log = run.life.folder.logged();
    let longest = log.lines().map(str::len).max().unwrap_or_default();
    let is_cut = (11_000..12_800).contains(&longest);
    ensure!(is_cut, "the longest line has {longest} bytes");
    Ok((run.log.seconds()?, run.log, run.printed))
}

fn on_the_mock(run: &mut Command, variables: &[(&str, &str)]) -> Result<Flooded> {
    run.env_remove("FLOOD").env_remove("RUST_BACKTRACE");
    let start = Instant::now();
    let output = run.envs(variables.iter().copied()).output()?;
    let seconds = start.elapsed().as_secs_f64();
    let log = Log::parse_mock(&String::from_utf8(output.stdout)?);
    Ok((seconds, log, String::from_utf8(output.stderr)?))
}

fn judge(run: &Run) -> Result<()> {
    let processed = run.log.flows_processed();
    ensure!(processed == u64::from(FLOWS), "{processed} flows");
    let counted = format!("panics: {FLOWS} flows begun");
    let is_there = run.log.messages().any(|message| message == counted);
    ensure!(is_there, "the log lacks \"{counted}\"");

    let threads = run.log.threads_created()?.values().sum();
    let mut rest: Vec<&Line> = run.log.complaints().collect();
    let cause_and_place =
        Regex::new(r"(panicked: planned|a payload that is no text|payload: planned).*panics\.rs:")?;
    // Each place by its name in the log, with the least number of its calls.
    for (place, calls) in [
        ("init of the plugin", 1),
        ("thread init callback", threads),
        ("flow init callback", u64::from(FLOWS)),
        ("flow update callback", u64::from(FLOWS)),
        ("flow finish callback", TIMES),
        ("drop of a stored value", threads),
    ] {
        let start = format!("plugin panics: {place} ");
        let is_of_place = |line: &&Line| line.message.starts_with(&start);
        let lines: Vec<&Line>;
        (lines, rest) = rest.into_iter().partition(is_of_place);
        let panics = calls.min(TIMES);
        // The last of four has a second line, for its payload.
        let expected = panics + u64::from(panics == TIMES);
        let is_expected = lines.len() as u64 == expected;
        ensure!(is_expected, "{place}: not {expected} lines: {lines:#?}");
        for line in lines {
            let is_named = cause_and_place.is_match(&line.message);
            ensure!(is_named, "a line lacks cause or place: {line:?}");
        }
    }
    ensure!(rest.is_empty(), "more errors than expected: {rest:#?}");
    Ok(())
}
