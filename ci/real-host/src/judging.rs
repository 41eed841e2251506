//! What the judges of runs have in common.

use capture::{Count, Expectation};

use crate::suricata::Run;

/// Checks what every run of a plugin must show, whatever the plugin does, and returns each difference as a sentence: it
/// was loaded once, nothing went wrong, and the host processed the whole capture.
pub(crate) fn check_any(run: &Run, plugin: &str, expectation: &Expectation) -> Vec<String> {
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
    demand(
        !run.printed.contains("panicked"),
        format!("the plugin panicked: {}", run.printed),
    );
    // In errors, also by its crate and file.
    for line in run
        .log
        .complaints_about(&[plugin, &plugin.replace('-', "_")])
    {
        demand(false, format!("the log names the plugin in: {line}"));
    }
    for (line, what) in [
        (format!("Loading plugin {}", run.plugin.display()), "loaded"),
        (format!("Initializing plugin {plugin};"), "initialized"),
    ] {
        let times = run
            .log
            .messages()
            .filter(|message| message.starts_with(&line))
            .count();
        demand(
            times == 1,
            format!("the plugin was {what} {times} times, not once"),
        );
    }
    let flows = run.log.flows_processed();
    demand(
        flows == expectation.total.flows,
        format!(
            "the host itself processed {flows} flows of {}",
            expectation.total.flows
        ),
    );
    problems
}

/// Reads `<n> flows` and `<n> packets`.
pub(crate) fn count(flows: &str, packets: &str) -> Option<Count> {
    Some(Count {
        flows: number(flows, " flows")?,
        packets: number(packets, " packets")?,
    })
}

/// Reads a number before its unit.
pub(crate) fn number(text: &str, unit: &str) -> Option<u64> {
    text.strip_suffix(unit)?.parse().ok()
}
