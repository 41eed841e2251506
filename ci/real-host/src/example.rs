//! Judges runs of the other examples.

use std::collections::BTreeSet;
use std::net::IpAddr;

use capture::{Count, Expectation};
use clap::ValueEnum;

use crate::judging::{self, count, number};
use crate::suricata::Run;

/// How many talkers top-talkers reports.
const TOP: usize = 10;

/// The bounds that it reports are as close as one in so many of all packets.
const BOUNDS_PER: u64 = 1000;

/// An example whose runs can be judged here. (That of flow-counter are in [`crate::flow_counter`].)
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Example {
    /// `examples/minimal`
    Minimal,
    /// `examples/raw`
    RawPlugin,
    /// `examples/c`
    CPlugin,
    /// `examples/live-totals`
    LiveTotals,
    /// `examples/top-talkers`
    TopTalkers,
}

impl Example {
    /// The plugin's name, which is also what begins each of its lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::RawPlugin => "raw-plugin",
            Self::CPlugin => "c-plugin",
            Self::LiveTotals => "live-totals",
            Self::TopTalkers => "top-talkers",
        }
    }
}

/// Checks a run of an example over a capture of which it is known what it holds. Returns what was found, in short.
///
/// # Errors
///
/// Each difference from what is expected, as a sentence.
pub fn check(
    example: Example,
    run: &Run,
    expectation: &Expectation,
) -> Result<String, Vec<String>> {
    let prefix = format!("{}: ", example.name());
    let messages = run.log.messages();
    let lines: Vec<&str> = messages
        .filter_map(|message| message.strip_prefix(&prefix))
        .collect();
    let mut problems = judging::check_any(run, example.name(), expectation);
    let judged = match example {
        Example::Minimal => flows_of_threads(&lines, run, expectation, "W"),
        Example::RawPlugin | Example::CPlugin => flows_of_threads(&lines, run, expectation, ""),
        Example::LiveTotals => live_totals(&lines, expectation),
        Example::TopTalkers => top_talkers(&lines, expectation),
    };
    match judged {
        Ok(summary) if problems.is_empty() => Ok(summary),
        Ok(_) => Err(problems),
        Err(problem) => {
            problems.push(problem);
            Err(problems)
        }
    }
}

/// Lines `a thread saw <n> flows`, one for each thread of a kind that begins with `kind`, which add up.
fn flows_of_threads(
    lines: &[&str],
    run: &Run,
    expectation: &Expectation,
    kind: &str,
) -> Result<String, String> {
    let mut flows = Vec::new();
    for line in lines {
        let number = line
            .strip_prefix("a thread saw ")
            .and_then(|line| number(line, " flows"));
        flows.push(number.ok_or_else(|| not_understood(line))?);
    }
    let threads = run.log.threads_created()?;
    let of_kind = threads.iter().filter(|(name, _)| name.starts_with(kind));
    let expected: u64 = of_kind.map(|(_, count)| count).sum();
    if flows.len() as u64 != expected {
        return Err(format!(
            "{expected} threads should have reported, {} did",
            flows.len()
        ));
    }
    let (sum, busy) = (
        flows.iter().sum::<u64>(),
        flows.iter().filter(|&&flows| flows > 0).count(),
    );
    if sum != expectation.total.flows {
        return Err(format!(
            "the threads' flows add up to {sum}, the capture has {}",
            expectation.total.flows
        ));
    }
    let workers = threads.get("W").copied().unwrap_or(0);
    if busy as u64 != workers {
        return Err(format!(
            "{busy} threads met flows, but there are {workers} workers"
        ));
    }
    Ok(format!("{sum} flows on {busy} of {expected} threads"))
}

/// Lines `so far: <n> flows, <n> packets`, at least one, which never go back; then one line `total: …` with the whole.
fn live_totals(lines: &[&str], expectation: &Expectation) -> Result<String, String> {
    let (last, live) = lines.split_last().ok_or("the plugin logged nothing")?;
    let read = |line: &str, subject| -> Result<Count, String> {
        let counts = line
            .strip_prefix(subject)
            .and_then(|line| line.split_once(", "));
        counts
            .and_then(|(flows, packets)| count(flows, packets))
            .ok_or_else(|| not_understood(line))
    };
    let total = read(last, "total: ")?;
    if total != expectation.total {
        return Err(format!(
            "the total is {total:?}, the capture has {:?}",
            expectation.total
        ));
    }
    if live.is_empty() {
        return Err("there is no line before the total".to_owned());
    }
    let mut before = Count::default();
    for line in live {
        let count = read(line, "so far: ")?;
        if count.flows < before.flows || count.packets < before.packets {
            return Err(format!("\"{line}\" is less than the line before says"));
        }
        before = count;
    }
    if before.flows > total.flows || before.packets > total.packets {
        return Err(format!("{before:?} before the total of {total:?}"));
    }
    let Count { flows, packets } = total;
    Ok(format!(
        "{flows} flows, {packets} packets, {} lines before",
        live.len()
    ))
}

/// A line `<n> flows, <n> packets, of which <n> of unknown source`, then [`TOP`] lines `<rank>. <source>: <n> to <n>
/// packets`: the right sources in the right order, with what they really have in these bounds.
fn top_talkers(lines: &[&str], expectation: &Expectation) -> Result<String, String> {
    let talkers = &expectation.talkers;
    if talkers.len() <= TOP || talkers[TOP - 1].total.packets == talkers[TOP].total.packets {
        return Err(format!(
            "of this capture nobody can say which {TOP} talkers are the heaviest"
        ));
    }
    let (all, ranks) = lines.split_first().ok_or("the plugin logged nothing")?;
    let Count { flows, packets } = expectation.total;
    let expected = format!("{flows} flows, {packets} packets, of which 0 of unknown source");
    if *all != expected {
        return Err(format!("\"{all}\", and not \"{expected}\""));
    }
    let mut found = BTreeSet::new();
    let mut before = u64::MAX;
    for (rank, line) in (1..).zip(ranks) {
        let (source, least, most) = talker(line, rank).ok_or_else(|| not_understood(line))?;
        let known = talkers[..TOP].iter().find(|known| known.source == source);
        let packets = known
            .ok_or_else(|| format!("{source} is not among the {TOP} heaviest talkers"))?
            .total
            .packets;
        if !(least..=most).contains(&packets) {
            return Err(format!("\"{line}\", but there are {packets}"));
        }
        if most - least > expectation.total.packets / BOUNDS_PER {
            return Err(format!("\"{line}\" says too little"));
        }
        if packets > before {
            return Err(format!("\"{line}\" comes after one with fewer packets"));
        }
        before = packets;
        found.insert(source);
    }
    if found.len() != TOP || ranks.len() != TOP {
        return Err(format!("{} lines on {} talkers", ranks.len(), found.len()));
    }
    Ok(format!("the {TOP} heaviest talkers of {packets} packets"))
}

/// Reads `<rank>. <source>: <least> to <most> packets`.
fn talker(line: &str, rank: usize) -> Option<(IpAddr, u64, u64)> {
    let (source, bounds) = line.strip_prefix(&format!("{rank}. "))?.rsplit_once(": ")?;
    let (least, most) = bounds.split_once(" to ")?;
    Some((
        source.parse().ok()?,
        least.parse().ok()?,
        number(most, " packets")?,
    ))
}

fn not_understood(line: &str) -> String {
    format!("cannot understand the plugin's line \"{line}\"")
}
