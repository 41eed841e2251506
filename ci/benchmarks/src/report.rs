//! The table: `docs/benchmarks.md`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::author::Author;
use crate::callgrind::output;
use crate::chart;
use crate::contenders::{ALL, C, FFI, OURS, RAW, of};
use crate::goals::{self, DISPATCHES};
use crate::growth::{Growth, THREADS};
use crate::host::Cases;
use crate::suricata::Measured;
use crate::table::{Table, thousands};

/// All that was measured.
pub struct Results {
    pub counts: Vec<Cases>,
    pub times: Vec<Cases>,
    pub growth: Growth,
    pub suricata: Measured,
    pub author: Author,
}

/// Prints the tables, and writes them and the chart below `project`.
pub fn write(results: &Results, project: &Path) -> Result<()> {
    let text = [
        INTRODUCTION.to_owned(),
        goals(results),
        access(results),
        calls(results),
        growth(&results.growth),
        suricata(&results.suricata),
        author(&results.author),
        how(results, project)?,
    ]
    .join("\n");
    print!("{text}");
    fs::create_dir_all(project.join("docs"))?;
    fs::write(project.join("docs/benchmarks.md"), text)?;
    fs::write(project.join("docs/benchmarks.svg"), chart::draw(results))?;
    Ok(())
}

const INTRODUCTION: &str = "\
<!-- Written by `ci/bench`: do not edit. -->
# What it costs

Instructions are counted with callgrind, which gives the same count each time. Each plugin is a release
build in a file of its own, opened with `dlopen` by a host that exports Suricata's functions from its
executable and keeps storage as Suricata does, in an array at the end of each `ThreadVars`. Every figure
is for one call through a function pointer, from its first instruction to its return, with what the
plugin calls in the host: a lookup takes 3 instructions in this host.

Nanoseconds are medians of rounds in which all plugins take turns in one process. They are there for the
comparison: on another machine they are others. All is measured with seven other threads alive, which
have used their values and wait: no lock is ever contended, which is the best case for those who use one.
";

fn goals(results: &Results) -> String {
    let mut table = Table::new(["what", "goal", "result", "reached"]);
    let goals = goals::all(results);
    for goal in &goals {
        let reached = if goal.reached { "yes" } else { "**no**" };
        table.row([&*goal.what, &*goal.goal, &*goal.result, reached]);
    }
    let mut text = format!("## Goals and results\n\n{table}\n");
    let missed = goals.iter().filter(|goal| !goal.reached);
    let reasons: Vec<_> = missed
        .map(|goal| match goal.why_not {
            "" => format!("- {}: not known yet.\n", goal.what),
            why => format!("- {}: {why}.\n", goal.what),
        })
        .collect();
    if !reasons.is_empty() {
        text += &format!(
            "\nWhere a goal was not reached, and why:\n\n{}",
            reasons.concat()
        );
    }
    text
}

fn access(results: &Results) -> String {
    let mut table = Table::new(["state of a thread in", "instructions", "ns"]);
    let mut cannot = String::new();
    for (i, contender) in ALL.iter().enumerate() {
        let count = results.counts[i]["access"];
        let ns = results.times[i]["access"];
        table.row([
            contender.name.to_owned(),
            format!("{count:.0}"),
            format!("{ns:.1}"),
        ]);
        if !contender.cannot.is_empty() {
            cannot += &format!("- {}: {}.\n", contender.name, contender.cannot);
        }
    }
    let table = table.figures_after(1);
    format!(
        "## One access on the packet path

![{}](benchmarks.svg)

{table}

What the others can't do here, where the init callback runs on another thread than the packets, values are
freed on the main thread, and threads end:

{cannot}",
        chart::TITLE
    )
}

fn calls(results: &Results) -> String {
    let contenders = [&OURS, &RAW, &FFI, &C];
    let header = |unit: &str| {
        let names = contenders.iter().map(|contender| contender.name.to_owned());
        Table::new(std::iter::once(unit.to_owned()).chain(names))
    };
    let (mut counts, mut times) = (header("instructions"), header("ns"));
    let others = [
        "get_or_insert_with, filled",
        "get_or_insert_with, empty",
        "register",
        "log below the host's level",
    ];
    for case in DISPATCHES.iter().chain(&others) {
        let row = |figures: &[Cases], decimals: usize| {
            let figure = |contender| match of(figures, contender).get(*case) {
                Some(figure) => format!("{figure:.decimals$}"),
                None => "-".to_owned(),
            };
            std::iter::once((*case).to_owned())
                .chain(contenders.map(figure))
                .collect::<Vec<_>>()
        };
        counts.row(row(&results.counts, 0));
        times.row(row(&results.times, 1));
    }
    format!(
        "## Callbacks, inserting, registering, logging

{}

{}

A slot is registered once, at start-up, so it is counted only; the raw calls are given names that are
C strings already.

What a dispatch takes more than elsewhere: two instructions check that the host has passed a `ThreadVars`
at all; at thread init, four more find out whether registering has to be refused meanwhile; in an empty
callback, two keep the stack aligned for the call that logs. Containing panics takes none, as long as
nothing panics.
",
        counts.figures_after(1),
        times.figures_after(1)
    )
}

fn growth(growth: &Growth) -> String {
    let mut ours = Table::new([
        "threads",
        "slots",
        "one access",
        "start-up, a value",
        "shut-down, a value",
        "allocations a value",
        "bytes a value",
    ]);
    for point in &growth.points {
        let per_value = |figure: u64| figure as f64 / point.values();
        ours.row([
            thousands(point.threads.into()),
            thousands(point.slots.into()),
            format!("{:.0}", point.grown.access),
            format!("{:.0}", per_value(point.grown.start_up)),
            format!("{:.0}", per_value(point.grown.shut_down)),
            format!("{}", per_value(point.start_up.allocated)),
            format!("{}", per_value(point.start_up.bytes)),
        ]);
    }
    let header = THREADS.map(|threads| thousands(threads.into()));
    let mut access = Table::new(std::iter::once("threads".to_owned()).chain(header));
    for (contender, counts) in ALL.iter().zip(&growth.access_by_threads) {
        let counts = counts.iter().map(|count| format!("{count:.0}"));
        access.row(std::iter::once(contender.name.to_owned()).chain(counts));
    }
    format!(
        "## Many threads, many slots

Instructions of `suricata-thread`, and its allocations. A value is what one thread has in one slot, here of 8
bytes; at start-up one thread init callback inserts the values of all slots.

{}

Instructions of one access with that many threads alive:

{}
",
        ours.figures_after(0),
        access.figures_after(1)
    )
}

fn suricata(measured: &Measured) -> String {
    let mut table = Table::new([
        "Suricata with",
        "instructions a packet",
        "more than without a plugin",
        "flow callbacks alone",
    ]);
    let rows = [
        ("no plugin", &measured.none),
        ("a plugin in C", &measured.c),
        ("a plugin with suricata-thread", &measured.ours),
    ];
    for (name, figures) in rows {
        table.row([
            name.to_owned(),
            thousands(figures.whole),
            format!("{:+.0}", figures.whole - measured.none.whole),
            format!("{:.1}", figures.callbacks),
        ]);
    }
    let [small, large] = measured.packets.map(|packets| thousands(packets as f64));
    format!(
        "## In Suricata {}

The whole of Suricata in run mode `single`, without rules and outputs, under callgrind, with a plugin that
counts every packet of a flow in a value of the worker's own. The instructions of a capture of {small} packets are
taken from those of one of {large}, so that start-up drops out; what Suricata's other threads do
meanwhile makes this vary, on a busy machine by more than a plugin takes. *Flow callbacks alone* does not
vary: it counts nothing but the host's two functions that call flow init and flow update callbacks, and all
that they call.

{}

Without rules and outputs Suricata spends little on a packet, so that a plugin's part is large.
",
        measured.version,
        table.figures_after(1)
    )
}

fn author(author: &Author) -> String {
    let mut table = Table::new(["plugin with", "bytes", "cold build", "crates"]);
    for (name, plugin) in [
        ("suricata-thread", &author.ours),
        ("suricata-ffi", &author.ffi),
    ] {
        let crates = plugin.crates.join(", ");
        table.row([
            name.to_owned(),
            thousands(plugin.size as f64),
            format!("{:.1} s", plugin.seconds),
            format!("{}: {crates}", plugin.crates.len()),
        ]);
    }
    format!(
        "## What an author pays

The same plugin, which counts packets and logs the count: the size of its stripped release build, and
the median time to build it and all that it needs from nothing.

{table}
"
    )
}

fn how(results: &Results, project: &Path) -> Result<String> {
    let first_line = |program: &str| {
        let printed = output(Command::new(program).arg("--version"))?;
        Ok::<_, Box<dyn std::error::Error>>(printed.lines().next().unwrap_or("").to_owned())
    };
    let tree = output(Command::new("cargo").current_dir(project).args([
        "tree",
        "--package=benchmarks",
        "--edges=dev",
        "--depth=1",
        "--prefix=none",
        "--format={p}",
    ]))?;
    let crates: Vec<_> = tree
        .lines()
        .skip(1)
        .filter(|line| !line.contains("/"))
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let cpu = cpu.map_or("unknown", |name| name.trim_start_matches(['\t', ' ', ':']));
    Ok(format!(
        "## How to measure

```sh
ci/bench            # measures all of this, and writes this file and the chart
ci/bench --gate     # checks the instruction counts against ci/benchmarks/instructions.tsv; part of ci/test
ci/bench --record   # writes ci/benchmarks/instructions.tsv
```

Measured with {}; {}; {}; Suricata {}; {}. Processor: {cpu}.
",
        first_line("rustc")?,
        first_line("cc")?,
        first_line("valgrind")?,
        results.suricata.version,
        crates.join(", ")
    ))
}
