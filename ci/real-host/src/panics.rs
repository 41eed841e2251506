//! The plugin `panics`, which panics at every boundary, with every kind of payload.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::build;
use crate::host::{Run, Suricata};
use crate::log::Line;

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
    for backtrace in ["0", "1", "full"] {
        for mode in ["single", "autofp"] {
            flood(suricata, mode, backtrace)?;
        }
    }
    Ok(())
}

/// A callback that panics for each of 180,000 packets costs a bounded number of lines, and little more time than
/// one that does nothing. Of several runs the fastest counts, since the machine may be busy.
fn flood(suricata: &Suricata, mode: &str, backtrace: &str) -> Result<()> {
    let plugin = build::plugins(&["--profile", "release"])?.join("libflood.so");
    let run = |more: &[(&str, &str)]| {
        let folder = suricata.folder()?;
        folder.configure(&[folder.add(&plugin)?], json!({}))?;
        let (capture, _) = folder.capture(20_000)?;
        let arguments = ["--runmode", mode, "-r", &capture];
        let variables = [&[("RUST_BACKTRACE", backtrace)], more].concat();
        let run = suricata.start(folder, &[], &arguments, &variables)?.end()?;
        let elapsed = run
            .log
            .messages()
            .find_map(|line| line.strip_prefix("time elapsed "));
        let seconds = elapsed.and_then(|text| text.trim_end_matches('s').parse::<f64>().ok());
        anyhow::Ok((seconds.context("no time")?, run))
    };
    let (mut empty, mut flooded) = (f64::MAX, f64::MAX);
    let (mut lines, mut bytes) = (0, 0);
    for _ in 0..3 {
        empty = empty.min(run(&[])?.0);
        let (seconds, run) = run(&[("FLOOD", "1")])?;
        flooded = flooded.min(seconds);
        let logged = run.log.0.iter().filter(|line| line.is_complaint());
        let logged: Vec<_> = logged.map(|line| &*line.message).collect();
        lines = logged.len() + run.printed.lines().count();
        bytes = logged.concat().len() + run.printed.len();
        let (first, rests) = ("panicked: planned (at ", "is not called for 1 s");
        let both = [first, rests].map(|part| logged.iter().any(|line| line.contains(part)));
        ensure!(
            both == [true; 2],
            "no \"{first}\", or no \"{rests}\": {logged:#?}"
        );
    }
    println!(
        "{mode}, RUST_BACKTRACE={backtrace}: {lines} lines, {bytes} bytes, {empty} s empty, {flooded} s with panics"
    );
    ensure!(lines <= 100, "{lines} lines");
    ensure!(bytes <= 64 * 1024, "{bytes} bytes");
    ensure!(
        flooded < 3.0 * empty,
        "panics take {flooded} s where nothing takes {empty} s"
    );
    Ok(())
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
