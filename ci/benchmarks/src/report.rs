//! Writes the tables and the chart of docs/benchmarks.md.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::{Built, output};

const PAGE: &str = "docs/benchmarks.md";
const OURS: &str = "suricata-thread";

/// Measures everything, and writes the tables below the page's comments `<!-- made: … -->`.
pub(crate) fn write(built: &Built) -> Result<()> {
    let [ours, raw, ffi, others] = ["ours", "raw", "ffi", "others"].map(|name| built.count(name));
    let (ours, raw, ffi) = (ours?, raw?, ffi?);
    let mut bars = vec![
        (OURS, ours["access"]),
        ("raw C API", raw["access"]),
        ("suricata-ffi", ffi["access"]),
    ];
    let others = others?;
    bars.extend(others.iter().map(|(name, count)| (name.as_str(), *count)));
    bars.sort_by(|a, b| a.1.total_cmp(&b.1)); // stable: what costs as much as ours stays below it
    let mut calls = "| instructions | suricata-thread | raw C API | suricata-ffi |\n| --- | ---: | ---: | ---: |\n".to_owned();
    for name in ours.keys() {
        let raw = raw.get(name).map_or(String::new(), f64::to_string);
        let (ours, ffi) = (ours[name], ffi[name]);
        calls += &format!("| {name} | {ours} | {raw} | {ffi} |\n");
    }
    let (size, size_ffi) = (built.size("plugin_here")?, built.size("plugin_there")?);
    let sizes = format!(
        "| plugin with | bytes |\n| --- | ---: |\n| suricata-thread | {size} |\n| suricata-ffi | {size_ffi} |\n"
    );
    let versions = ["rustc", "cc", "valgrind"].map(|program| {
        let said = output(Command::new(program).arg("--version"))?;
        anyhow::Ok(said.lines().next().unwrap_or_default().to_owned())
    });
    let versions = versions.into_iter().collect::<Result<Vec<_>>>()?.join("; ") + "\n";
    let mut speed = Command::new("cargo");
    speed.args(["run", "--quiet", "--locked", "-p", "real-host", "speed"]);
    speed.stderr(Stdio::inherit());
    let made = [
        ("<!-- made: mock -->", output(&mut speed)?),
        ("<!-- made: calls -->", calls),
        ("<!-- made: sizes -->", sizes),
        ("<!-- made: versions -->", versions),
    ];
    let mut page = String::new();
    for block in fs::read_to_string(PAGE)?.split_inclusive("\n\n") {
        match made.iter().find(|(marker, _)| block.starts_with(marker)) {
            Some((marker, text)) => page += &format!("{marker}\n{text}\n"),
            None => page += block,
        }
    }
    fs::write(PAGE, page.trim_end().to_owned() + "\n")?;
    Ok(fs::write("docs/benchmarks.svg", chart(&bars))?)
}

/// Returns the chart as an SVG for light and dark pages, narrow enough for a phone.
fn chart(bars: &[(&str, f64)]) -> String {
    // A background of its own: the picture follows the reader's system, which may be light while the page is dark.
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
    for (row, &(name, count)) in bars.iter().enumerate() {
        let (y, length) = (72 + 30 * row, 184.0 * count / longest);
        let class = if name == OURS { " class=\"ours\"" } else { "" };
        let name = name.replace('<', "&lt;").replace('>', "&gt;");
        let (text, figure) = (y + 14, length + 258.0);
        rows += &format!(
            "  <text{class} x=\"240\" y=\"{text}\" text-anchor=\"end\">{name}</text>
  <rect{class} x=\"250\" y=\"{y}\" width=\"{length:.1}\" height=\"18\" rx=\"2\"/>
  <text{class} x=\"{figure:.1}\" y=\"{text}\">{count:.0}</text>\n"
        );
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 480 {height}\" width=\"480\" height=\"{height}\" \
         role=\"img\" aria-label=\"{TITLE}\">\n  <style>\n    {STYLE}\n  </style>
  <text class=\"title\" x=\"8\" y=\"28\">{TITLE}</text>
  <text class=\"small\" x=\"8\" y=\"50\">in a callback, without the call of it; no lock contended; fewer is better</text>
{rows}</svg>\n"
    )
}
