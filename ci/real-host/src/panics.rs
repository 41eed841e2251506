//! The plugin `panics`, which panics at every boundary, with every kind of payload.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::build;
use crate::host::{Run, Suricata};
use crate::log::{Line, Log};

/// So many times each place panics: with a text, a formatted text, a number, and with what panics when
/// dropped.
const TIMES: u64 = 4;

const FLOWS: u32 = 4_000;

/// Checks that Suricata goes on, and that its log has a line for each cause.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let plugin = build::plugins(&["--profile", "release"])?.join("libpanics.so");
    for mode in ["single", "autofp"] {
        let folder = suricata.folder()?;
        folder.configure(&[folder.add(&plugin)?], json!({}))?;
        let (capture, _) = folder.capture(FLOWS)?;
        let arguments = ["--runmode", mode, "-r", &capture];
        let run = suricata.start(folder, &[], &arguments, &[])?.end()?;
        judge(&run).with_context(|| format!("{mode}:\n{}{}", run.log, run.printed))?;
        println!("{mode}: all {FLOWS} flows counted, and a line for each panic");
    }
    let (_, logged, printed) = in_suricata(suricata, "single", &[("FLOOD", "nested")])?;
    let is_cut = |line: &&String| line.contains(" bytes more) (at ");
    let (cut, lines) = (logged.iter().filter(is_cut).count(), logged.len());
    let printed = printed.matches("\nplanned x").count();
    println!("single, long and nested: {cut} of {lines} lines, {printed} printed");
    ensure!(cut == 11 && lines <= 14 && printed == 10);
    let mock = build::program("suricata-thread-mock", "suricata-mock")?;
    for backtrace in [None, Some("1"), Some("full")] {
        for mode in ["single", "autofp"] {
            flood(mode, backtrace, |variables| {
                in_suricata(suricata, mode, variables)
            })?;
            flood(&format!("mock, {mode}"), backtrace, |variables| {
                on_the_mock(&mock, mode, variables)
            })?;
        }
    }
    Ok(())
}

/// What a run takes and writes: seconds, errors and warnings in the log, and whatever else is printed.
type Flooded = (f64, Vec<String>, String);

/// A callback that panics for each of 180,000 packets costs a bounded number of lines, and little more time than
/// one that does nothing. Of several runs the fastest counts, since the machine may be busy.
fn flood(
    what: &str,
    backtrace: Option<&str>,
    run: impl Fn(&[(&str, &str)]) -> Result<Flooded>,
) -> Result<()> {
    let backtrace = backtrace.map(|backtrace| ("RUST_BACKTRACE", backtrace));
    let variables: Vec<_> = backtrace.into_iter().collect();
    let panicking = [&[("FLOOD", "1")], &variables[..]].concat();
    let (mut empty, mut flooded) = (f64::MAX, f64::MAX);
    let (mut lines, mut bytes) = (0, 0);
    // The first backtrace reads the symbols of all libraries, once.
    let once = if backtrace.is_some() { 0.1 } else { 0.0 };
    for round in 1..=10 {
        empty = empty.min(run(&variables)?.0);
        let (seconds, logged, printed) = run(&panicking)?;
        flooded = flooded.min(seconds);
        lines = logged.len() + printed.lines().count();
        bytes = logged.concat().len() + printed.len();
        let (first, rests) = ("panicked: planned (at ", "is not called for 1 s");
        let both = [first, rests].map(|part| logged.iter().any(|line| line.contains(part)));
        ensure!(
            both == [true; 2],
            "no \"{first}\", or no \"{rests}\": {logged:#?}"
        );
        if round >= 3 && flooded <= 1.5 * empty + once {
            break;
        }
    }
    println!(
        "{what}, {backtrace:?}: {lines} lines, {bytes} bytes, {empty} s empty, {flooded} s with panics"
    );
    ensure!(lines <= 100, "{lines} lines");
    ensure!(bytes <= 64 * 1024, "{bytes} bytes");
    ensure!(
        flooded <= 1.5 * empty + once,
        "panics take {flooded} s where nothing takes {empty} s"
    );
    Ok(())
}

fn in_suricata(suricata: &Suricata, mode: &str, variables: &[(&str, &str)]) -> Result<Flooded> {
    let plugin = build::plugins(&["--profile", "release"])?.join("libflood.so");
    let folder = suricata.folder()?;
    folder.configure(&[folder.add(&plugin)?], json!({}))?;
    let (capture, _) = folder.capture(20_000)?;
    let without = ["env", "-u", "RUST_BACKTRACE"];
    let wrapper = if variables.iter().any(|(name, _)| *name == "RUST_BACKTRACE") {
        &[][..]
    } else {
        &without
    };
    let arguments = ["--runmode", mode, "-r", &capture];
    let run = suricata
        .start(folder, wrapper, &arguments, variables)?
        .end()?;
    // What is longer, some Suricatas can't write.
    let log = fs::read_to_string(run.folder.join("suricata.log"))?;
    let longest = log.lines().map(str::len).max().unwrap_or_default();
    ensure!(
        (11_000..12_800).contains(&longest),
        "the longest line has {longest} bytes"
    );
    let mut messages = run.log.messages();
    let elapsed = messages.find_map(|line| line.strip_prefix("time elapsed "));
    let seconds = elapsed.and_then(|text| text.trim_end_matches('s').parse().ok());
    let complaints = run.log.0.iter().filter(|line| line.is_complaint());
    let complaints = complaints.map(|line| line.message.clone()).collect();
    Ok((seconds.context("no time")?, complaints, run.printed))
}

fn on_the_mock(mock: &Path, mode: &str, variables: &[(&str, &str)]) -> Result<Flooded> {
    let plugin = build::plugins(&["--profile", "release"])?.join("libflood.so");
    let folder = tempfile::tempdir()?;
    let capture = folder.path().join("capture.pcap");
    capture::write_pcap(20_000, BufWriter::new(File::create(&capture)?))?;
    let mut command = Command::new(mock);
    command.args(["run", "--runmode", mode, "--pcap"]);
    command
        .args([&capture, &plugin])
        .env_remove("RUST_BACKTRACE");
    let start = Instant::now();
    let output = command.envs(variables.iter().copied()).output()?;
    let seconds = start.elapsed().as_secs_f64();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (log, printed) = (Log::parse_mock(&text(output.stdout)), text(output.stderr));
    let complaints = log.0.iter().filter(|line| line.is_complaint());
    Ok((
        seconds,
        complaints.map(|line| line.message.clone()).collect(),
        printed,
    ))
}

fn judge(run: &Run) -> Result<()> {
    ensure!(
        run.log.flows_processed() == u64::from(FLOWS),
        "not all flows were processed"
    );
    let counted = format!("panics: {FLOWS} flows begun");
    ensure!(
        run.log.messages().any(|message| message == counted),
        "no \"{counted}\""
    );

    let threads = run.log.threads_created()?.values().sum();
    let mut rest: Vec<&Line> = run
        .log
        .0
        .iter()
        .filter(|line| line.is_complaint())
        .collect();
    // By their names in the log, and how often each is called at least.
    for (place, calls) in [
        ("init of the plugin", 1),
        ("thread init callback", threads),
        ("flow init callback", u64::from(FLOWS)),
        ("flow update callback", u64::from(FLOWS)),
        ("flow finish callback", TIMES),
        ("drop of a stored value", threads),
    ] {
        let start = format!("plugin panics: {place} ");
        let lines: Vec<&Line>;
        (lines, rest) = rest
            .into_iter()
            .partition(|line| line.message.starts_with(&start));
        let panics = calls.min(TIMES);
        // The last of four has a second line, on its payload.
        let expected = panics + u64::from(panics == TIMES);
        ensure!(
            lines.len() as u64 == expected,
            "not {expected} lines on {place}: {lines:#?}"
        );
        for line in lines {
            let causes = [
                "panicked: planned",
                "a payload that is no text",
                "payload: planned",
            ];
            let named = causes.iter().any(|cause| line.message.contains(cause));
            ensure!(
                named && line.message.contains("panics.rs:"),
                "no cause, or no place: {line:?}"
            );
        }
    }
    ensure!(rest.is_empty(), "more errors than expected: {rest:#?}");
    Ok(())
}
