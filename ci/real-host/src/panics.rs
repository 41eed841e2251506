//! The plugin `panics`, which panics at every boundary, with every kind of payload.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::build;
use crate::host::{Run, Suricata};
use crate::log::Line;

/// So many times each place panics: with a text, a formatted text, a number, and with what panics when
/// dropped.
const TIMES: u64 = 4;

/// How often the plugin is listed: its `init` panics before it has registered anything, in each way, and
/// then at its end.
const LISTED: u64 = TIMES + 1;

const FLOWS: u32 = 4_000;

/// Checks that Suricata goes on, and that its log has a line for each cause.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let plugin = build::plugins(&["--profile", "release"])?.join("libpanics.so");
    for mode in ["single", "autofp"] {
        let folder = suricata.folder()?;
        folder.configure(&vec![folder.add(&plugin)?; LISTED as usize], json!({}))?;
        let (capture, _) = folder.capture(FLOWS)?;
        let arguments = ["--runmode", mode, "-r", &capture];
        let run = suricata.start(folder, &[], &arguments, &[])?.end()?;
        judge(&run).with_context(|| format!("{mode}:\n{}{}", run.log, run.printed))?;
        println!("{mode}: all {FLOWS} flows counted, and a line for each panic");
    }
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
        ("init of the plugin", LISTED),
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
        // The last of four has a second line, on its payload; `init` panics once more, at its end.
        let at_end = u64::from(place.starts_with("init"));
        let expected = panics + u64::from(panics == TIMES) + at_end;
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
