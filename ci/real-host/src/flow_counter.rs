//! Judges runs of the example plugin `flow-counter`.

use std::collections::BTreeMap;

use capture::{Count, Expectation};

use crate::judging::{self, count, number};
use crate::suricata::Run;

/// What begins each line of the plugin's.
const PREFIX: &str = "flow-counter: ";

/// What a run showed, all of it as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Number of threads that the host created, by kind.
    pub threads: BTreeMap<String, u64>,
    /// Sums over the threads' counts.
    pub total: Count,
    /// Number of per-thread values that were dropped.
    pub drops: u64,
}

/// Checks a run of the plugin over a capture with a known number of flows.
///
/// # Errors
///
/// Each difference from what is expected, as a sentence.
pub fn check(run: &Run, expectation: &Expectation) -> Result<Counts, Vec<String>> {
    let mut problems = judging::check_any(run, "flow-counter", expectation);
    let mut demand = |holds: bool, problem: String| {
        if !holds {
            problems.push(problem);
        }
    };

    let threads = run.log.threads_created().unwrap_or_else(|problem| {
        demand(false, problem);
        BTreeMap::new()
    });
    let created: u64 = threads.values().sum();
    let workers = threads.get("W").copied().unwrap_or(0);

    let mut dropped: BTreeMap<&str, Count> = BTreeMap::new();
    let mut sum = Count::default();
    let mut drops = 0;
    let mut totals = Vec::new();
    for message in run
        .log
        .messages()
        .filter_map(|line| line.strip_prefix(PREFIX))
    {
        match PluginLine::parse(message) {
            Some(PluginLine::Thread(thread, count)) => {
                let twice = dropped.insert(thread, count).is_some();
                demand(
                    !twice,
                    format!("the value of thread {thread} was dropped more than once"),
                );
                sum.flows += count.flows;
                sum.packets += count.packets;
                drops += 1;
            }
            Some(PluginLine::Total(count, threads)) => totals.push((count, threads)),
            None => demand(
                false,
                format!("cannot understand the plugin's line \"{message}\""),
            ),
        }
    }
    // The plugin numbers its threads in its thread init callback, from 1.
    let numbers = (1..=created).map(|number| number.to_string());
    for number in numbers {
        demand(
            dropped.contains_key(number.as_str()),
            format!("of {created} threads created, the value of thread {number} was never dropped"),
        );
    }
    demand(
        drops == created,
        format!("{created} threads were created, {drops} values dropped"),
    );
    demand(
        sum == expectation.total,
        format!(
            "the threads' counts add up to {sum:?}, the capture has {:?}",
            expectation.total
        ),
    );
    let busy = dropped.values().filter(|count| count.flows > 0).count() as u64;
    demand(
        totals == [(sum, busy)],
        format!(
            "the threads' counts add up to {sum:?} in {busy} threads with flows, but the totals logged are {totals:?}"
        ),
    );
    demand(
        busy == workers && workers > 0,
        format!("{busy} threads met flows, but there are {workers} workers"),
    );

    if problems.is_empty() {
        Ok(Counts {
            threads,
            total: sum,
            drops,
        })
    } else {
        Err(problems)
    }
}

/// A line that the plugin logs, without the prefix.
enum PluginLine<'a> {
    /// `thread <number>: <n> flows, <n> packets`
    Thread(&'a str, Count),
    /// `total: <n> flows, <n> packets, <n> threads`
    Total(Count, u64),
}

impl<'a> PluginLine<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (subject, counts) = line.split_once(": ")?;
        let counts: Vec<&str> = counts.split(", ").collect();
        match (subject.strip_prefix("thread "), &counts[..]) {
            (Some(thread), [flows, packets]) => Some(Self::Thread(thread, count(flows, packets)?)),
            (None, [flows, packets, threads]) if subject == "total" => Some(Self::Total(
                count(flows, packets)?,
                number(threads, " threads")?,
            )),
            _ => None,
        }
    }
}
