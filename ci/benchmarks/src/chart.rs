//! The chart: instructions of one access, as an SVG that suits light and dark pages.

use std::fmt::Write;

use crate::contenders::{ALL, OURS};
use crate::report::Results;

/// What the chart shows.
pub const TITLE: &str = "Instructions of one access to a thread's state";

const WIDTH: f64 = 720.0;
/// Where the bars begin.
const LEFT: f64 = 260.0;
/// Room for the figures on the right of the longest bar.
const RIGHT: f64 = 110.0;
const TOP: f64 = 72.0;
const ROW: f64 = 30.0;
const BAR: f64 = 18.0;

// A ground of its own: a page may be dark where the reader's system, which the picture goes by, is light.
const STYLE: &str = "    \
    svg { background: #fff }
    text { font: 14px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328 }
    .title { font-size: 17px; font-weight: 600 }
    .small { font-size: 12px; fill: #59636e }
    .ours { font-weight: 600 }
    rect { fill: #9aa4af }
    rect.ours { fill: #0969da }
    @media (prefers-color-scheme: dark) {
      svg { background: #0d1117 }
      text { fill: #f0f6fc }
      .small { fill: #9198a1 }
      rect { fill: #656c76 }
      rect.ours { fill: #4493f8 }
    }";

pub fn draw(results: &Results) -> String {
    let rows: Vec<_> = ALL
        .iter()
        .zip(results.counts.iter().zip(&results.times))
        .map(|(contender, (counts, times))| (contender, counts["access"], times["access"]))
        .collect();
    let longest = rows.iter().map(|row| row.1).fold(0.0, f64::max);
    let height = TOP + ROW * rows.len() as f64 + 14.0;
    let mut bars = String::new();
    for (i, (contender, count, ns)) in rows.iter().enumerate() {
        let y = TOP + ROW * i as f64;
        let length = (WIDTH - LEFT - RIGHT) * count / longest;
        let class = if contender.file == OURS.file {
            " class=\"ours\""
        } else {
            ""
        };
        let name = escape(contender.name);
        // Writing to a String does not fail.
        let _ = write!(
            bars,
            r#"  <text{class} x="{label_x}" y="{text_y}" text-anchor="end">{name}</text>
  <rect{class} x="{LEFT}" y="{y}" width="{length:.1}" height="{BAR}" rx="2"/>
  <text{class} x="{figure_x:.1}" y="{text_y}">{count:.0}<tspan class="small" dx="6">{ns:.1} ns</tspan></text>
"#,
            label_x = LEFT - 10.0,
            text_y = y + 14.0,
            figure_x = LEFT + length + 8.0,
        );
    }
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label="{TITLE}">
  <style>
{STYLE}
  </style>
  <text class="title" x="16" y="28">{TITLE}</text>
  <text class="small" x="16" y="50">in a plugin, on the packet path, no lock contended; fewer is better</text>
{bars}</svg>
"#
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
