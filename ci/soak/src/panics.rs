//! The plugin `panics`: every boundary, every kind of payload.

use std::error::Error;

use real_host::{Input, Level, Line, Suricata};

use crate::Given;

/// So many times each place panics: with a text, a formatted text, a number, and with what panics when dropped.
const TIMES: u64 = 4;

/// How often the plugin is listed: its `init` panics before it has registered anything, in each way, and then at its end.
const LISTED: u64 = TIMES + 1;

/// What the plugin's error lines call the places, and how often each is called. Four flow init callbacks
/// panic: one itself, the others in what makes the value of an insertion.
fn places(threads: u64, flows: u64) -> [(&'static str, u64); 9] {
    [
        ("init of the plugin", LISTED),
        ("thread init callback panics::init::{{closure}}", threads),
        ("flow init callback panics::init::", flows),
        ("flow init callback panics::insert_or_panic", flows),
        ("flow init callback panics::try_insert_or_panic", flows),
        ("flow init callback panics::insert_default_or_panic", flows),
        ("flow update callback ", flows),
        ("flow finish callback ", flows),
        ("drop of a stored value panics::Value", threads),
    ]
}

/// Checks the plugin in the two run modes for pcap files.
pub(crate) fn check(given: &Given) -> Result<(), Box<dyn Error>> {
    let suricata = Suricata::new(given.root)?;
    let capture = given.capture(4_000)?;
    for mode in ["single", "autofp"] {
        let run = suricata.run_listed(
            LISTED as usize,
            given.plugin,
            Input::Pcap,
            &capture.file,
            mode,
        )?;
        let problems = problems(capture.flows, &run)?;
        if !problems.is_empty() {
            eprintln!(
                "The host's log:\n{}\nWhat else it printed:\n{}",
                run.log, run.printed
            );
            return Err(format!("run mode {mode}:\n  - {}", problems.join("\n  - ")).into());
        }
        let lines = errors(&run).len();
        println!(
            "Suricata {}, run mode {mode}: {lines} panics logged, all {} flows counted, {}",
            suricata.version(),
            capture.flows,
            run.status
        );
    }
    Ok(())
}

fn errors(run: &real_host::Run) -> Vec<&Line> {
    let lines = run.log.lines.iter();
    lines
        .filter(|line| matches!(line.level, Level::Error | Level::Warning))
        .collect()
}

fn problems(flows: u64, run: &real_host::Run) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    let mut demand = |holds: bool, problem: String| {
        if !holds {
            problems.push(problem);
        }
    };
    demand(
        run.status.success(),
        format!("the host ended with {}", run.status),
    );
    let processed = run.log.flows_processed();
    demand(
        processed == flows,
        format!("the host processed {processed} flows of {}", flows),
    );
    let counted = format!("panics: {flows} flows begun, {flows} finished");
    let last = run
        .log
        .messages()
        .filter(|message| message.starts_with("panics: "))
        .last();
    demand(
        last == Some(&counted),
        format!("the plugin's last count is {last:?}, not {counted:?}"),
    );

    let threads: u64 = run.log.threads_created()?.values().sum();
    let mut rest = errors(run);
    for (kind, calls) in places(threads, flows) {
        let start = format!("plugin panics: {kind}");
        let of_place: Vec<&Line>;
        (of_place, rest) = rest
            .into_iter()
            .partition(|line| line.message.starts_with(&start));
        let panics = calls.min(TIMES);
        let at_the_end = u64::from(kind.starts_with("init "));
        // The last of four has a second line, on its payload.
        let expected = panics + u64::from(panics == TIMES) + at_the_end;
        demand(
            of_place.len() as u64 == expected,
            format!(
                "{} lines and not {expected} begin with \"{start}\"",
                of_place.len()
            ),
        );
        for line in of_place {
            let cause = [
                "panicked: planned",
                "panicked: a payload that is no text",
                "payload: planned in the drop",
            ];
            let named = cause.iter().any(|cause| line.message.contains(cause));
            demand(
                named && line.message.contains("panics.rs:"),
                format!("cause or place is missing: {line}"),
            );
        }
    }
    demand(
        rest.is_empty(),
        format!("more errors than expected: {rest:?}"),
    );
    Ok(problems)
}
