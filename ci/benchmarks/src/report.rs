//! The page on what the safe layer costs, and its chart.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::{Built, Figures, output};

/// What else can hold the state of a thread, and what it can't do here.
const OTHERS: [(&str, &str); 4] = [
    (
        "thread_local! with RefCell",
        "be filled by the thread init callback, which runs on the thread that creates the new one; be read, or summed \
         up, by the main thread when the thread has ended",
    ),
    (
        "crate thread_local",
        "be filled by the thread init callback, for it knows a thread only from the inside; tell a thread that has \
         ended from one that lives",
    ),
    (
        "DashMap",
        "be filled by the thread init callback, where the new thread's id is not known yet; do without locks; forget a \
         thread that has ended",
    ),
    (
        "Mutex<HashMap> of parking_lot",
        "do what a `DashMap` can't, either; and its one lock is what all workers wait for",
    ),
];

const HEAD: &str = "<!-- Written by `UPDATE=1 ci/check bench`: do not edit. -->
# What it costs

Instructions are counted with callgrind, which gives the same count each time. Each plugin is a release build in a file
of its own, opened with `dlopen` by a host that exports Suricata's functions from its executable and keeps storage as
Suricata does, in an array at the end of each `ThreadVars`. Every figure is for one call through a function pointer,
from its first instruction to its return, with what the plugin calls in the host: a lookup takes 3 instructions in this
host. No lock is ever contended, which is the best case for those who use one.

## One access on the packet path

![Instructions of one access to a thread's state](benchmarks.svg)

What the others can't do:

- raw C API: nothing; but types, lifetimes and panics are up to the author, in unsafe code.
- suricata-ffi: contain panics (a panic in a callback ends the host), be handed a NULL `ThreadVars`, refuse to register
  while the host walks its lists, run in Suricata 8.0.
";

const WHY: &str = "
What takes more than elsewhere:

- A dispatch: two instructions check that the host has passed a `ThreadVars` at all; at thread init, four more find out
  whether registering has to be refused meanwhile; in an empty callback, two keep the stack aligned for the call that
  logs. Containing panics takes none, as long as nothing panics.
- `get_or_insert_with`, filled: the arguments must outlive the host's lookup, for the case that a value is to be
  inserted. `get_mut`, which inserts nothing, does not pay for it.
- A log line below the host's level: one file is for 8.0 and 9.0, so the host's function is referred to weakly: the
  address of the word, the word, a test and a branch are four instructions more than a call by name.
- Registering, at start-up: the guard that refuses late registration, and a copy of the name.

";

const SIZE: &str = "
No panic reaches the host, and each is logged with the place that it came from: the panic hook, the log of a panic, and
the guard that refuses late registration are code that `suricata-ffi` does not have. It is there once per plugin.

";

/// Measures everything, and writes both.
pub(crate) fn write(built: &Built) -> Result<()> {
    let [ours, raw, ffi, others] = ["ours", "raw", "ffi", "others"].map(|name| built.count(name));
    let (ours, raw, ffi, others) = (ours?, raw?, ffi?, others?);
    let mut bars = vec![
        ("suricata-thread", ours["access"]),
        ("raw C API", raw["access"]),
        ("suricata-ffi", ffi["access"]),
    ];
    bars.extend(OTHERS.map(|(name, _)| (name, others[name])));
    let mut page = HEAD.to_owned();
    for (name, cannot) in OTHERS {
        writeln!(page, "- {name}: {cannot}.")?;
    }
    page += "\n## Callbacks, inserting, registering, logging\n\n";
    page += "| instructions | suricata-thread | raw C API | suricata-ffi |\n| --- | ---: | ---: | ---: |\n";
    let row = |name: &String| {
        let figure = |figures: &Figures| figures.get(name).copied().unwrap_or(f64::NAN);
        format!(
            "| {name} | {} | {} | {} |\n",
            figure(&ours),
            figure(&raw),
            figure(&ffi)
        )
    };
    page.extend(ours.keys().map(row));
    page += WHY;
    page += "## The plugin file\n\nThe same plugin, which counts packets and logs the count, as a stripped release build:\n\n";
    page += "| with | bytes |\n| --- | ---: |\n";
    writeln!(page, "| suricata-thread | {} |", built.size("packets")?)?;
    writeln!(page, "| suricata-ffi | {} |", built.size("packets_ffi")?)?;
    page += SIZE;
    let version = |program: &str| -> Result<String> {
        let said = output(Command::new(program).arg("--version"))?;
        Ok(said.lines().next().unwrap_or_default().to_owned())
    };
    let (rustc, cc, valgrind) = (version("rustc")?, version("cc")?, version("valgrind")?);
    writeln!(page, "Measured with {rustc}; {cc}; {valgrind}.")?;
    fs::write("docs/benchmarks.md", page)?;
    Ok(fs::write("docs/benchmarks.svg", chart(&bars))?)
}

/// The chart, as an SVG that suits light and dark pages.
fn chart(bars: &[(&str, f64)]) -> String {
    // A ground of its own: a page may be dark where the reader's system, which the picture goes by, is light.
    const STYLE: &str = "svg { background: #fff }
    text { font: 14px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328 }
    .title { font-size: 17px; font-weight: 600 }
    .small { font-size: 12px; fill: #59636e }
    rect { fill: #9aa4af }
    .ours { font-weight: 600 }
    rect.ours { fill: #0969da }
    @media (prefers-color-scheme: dark) {
      svg { background: #0d1117 }
      text { fill: #f0f6fc }
      .small { fill: #9198a1 }
      rect { fill: #656c76 }
      rect.ours { fill: #4493f8 }
    }";
    const TITLE: &str = "Instructions of one access to a thread's state";
    let longest = bars.iter().map(|bar| bar.1).fold(0.0, f64::max);
    let height = 86 + 30 * bars.len();
    let mut rows = String::new();
    for (row, (name, count)) in bars.iter().enumerate() {
        let (y, length) = (72 + 30 * row, 350.0 * count / longest);
        let class = if row == 0 { " class=\"ours\"" } else { "" };
        let name = name.replace('<', "&lt;").replace('>', "&gt;");
        let (text, figure) = (y + 14, length + 268.0);
        rows += &format!(
            "  <text{class} x=\"250\" y=\"{text}\" text-anchor=\"end\">{name}</text>
  <rect{class} x=\"260\" y=\"{y}\" width=\"{length:.1}\" height=\"18\" rx=\"2\"/>
  <text{class} x=\"{figure:.1}\" y=\"{text}\">{count:.0}</text>\n"
        );
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" width=\"720\" height=\"{height}\" \
         role=\"img\" aria-label=\"{TITLE}\">\n  <style>\n    {STYLE}\n  </style>
  <text class=\"title\" x=\"16\" y=\"28\">{TITLE}</text>
  <text class=\"small\" x=\"16\" y=\"50\">in a plugin, on the packet path, no lock contended; fewer is better</text>
{rows}</svg>\n"
    )
}
