//! Checks that the packet path has not become slower.

use std::fs;
use std::path::Path;

use crate::Result;
use crate::contenders::OURS;
use crate::host::{Cases, Host};
use crate::table::Table;

/// A case may take this many instructions more than recorded, for another compiler's sake; or, where that is more,
/// this part of what was recorded. A lock costs more.
const TOLERANCE: f64 = 2.0;
const TOLERANCE_PART: f64 = 0.05;

/// Counts, compares with `recorded`, and says whether nothing has become slower.
pub fn check(host: &Host, recorded: &Path) -> Result<bool> {
    let text =
        fs::read_to_string(recorded).map_err(|error| format!("{}: {error}", recorded.display()))?;
    let recorded = parse(&text)?;
    let measured = host.count(&OURS)?;
    let mut table = Table::new(["instructions of one call", "recorded", "now"]);
    for (name, count) in &measured {
        let before = recorded.get(name).map_or("none".into(), |c| figure(*c));
        table.row([name.clone(), before, figure(*count)]);
    }
    println!("{table}");
    let problems = compare(&recorded, &measured);
    for problem in &problems {
        eprintln!("gate: {problem}");
    }
    if !problems.is_empty() {
        eprintln!("gate: where this is wanted, record the counts: ci/bench --record");
    }
    Ok(problems.is_empty())
}

/// Counts, and writes the counts to `recorded`.
pub fn record(host: &Host, recorded: &Path) -> Result<bool> {
    let measured = host.count(&OURS)?;
    let lines: Vec<_> = measured
        .iter()
        .map(|(name, count)| format!("{}\t{name}\n", figure(*count)))
        .collect();
    let text = format!(
        "# Instructions of one call, by case. Written by `ci/bench --record`, checked by `ci/bench --gate`.\n{}",
        lines.concat()
    );
    fs::write(recorded, text)?;
    Ok(true)
}

fn figure(count: f64) -> String {
    format!("{count:.0}")
}

fn parse(text: &str) -> Result<Cases> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (count, name) = line
                .split_once('\t')
                .ok_or_else(|| format!("no count and name: {line}"))?;
            Ok((name.to_owned(), count.parse()?))
        })
        .collect()
}

/// A sentence for each case that is not as recorded.
fn compare(recorded: &Cases, measured: &Cases) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, &before) in recorded {
        let Some(&now) = measured.get(name) else {
            problems.push(format!("{name}: recorded, but not measured"));
            continue;
        };
        let tolerance = TOLERANCE.max(before * TOLERANCE_PART);
        if now > before + tolerance {
            problems.push(format!(
                "{name}: {} instructions instead of {}",
                figure(now),
                figure(before)
            ));
        }
    }
    let unknown = measured.keys().filter(|name| !recorded.contains_key(*name));
    problems.extend(unknown.map(|name| format!("{name}: measured, but not recorded")));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(cases: &[(&str, f64)]) -> Cases {
        cases
            .iter()
            .map(|&(name, count)| (name.to_owned(), count))
            .collect()
    }

    #[test]
    fn what_is_faster_or_hardly_slower_passes() {
        let recorded = parse("# comment\n11\taccess\n1000\tregister\n").unwrap();
        let measured = cases(&[("access", 13.0), ("register", 1050.0)]);
        assert_eq!(compare(&recorded, &measured), [""; 0]);
        let measured = cases(&[("access", 3.0), ("register", 1.0)]);
        assert_eq!(compare(&recorded, &measured), [""; 0]);
    }

    #[test]
    fn what_is_slower_is_named() {
        let recorded = cases(&[("access", 11.0), ("register", 1000.0)]);
        let measured = cases(&[("access", 14.0), ("register", 1060.0)]);
        let problems = compare(&recorded, &measured);
        assert_eq!(
            problems,
            [
                "access: 14 instructions instead of 11",
                "register: 1060 instructions instead of 1000"
            ]
        );
    }

    #[test]
    fn a_case_that_is_only_recorded_or_only_measured_is_named() {
        let problems = compare(&cases(&[("old", 1.0)]), &cases(&[("new", 1.0)]));
        assert_eq!(
            problems,
            [
                "old: recorded, but not measured",
                "new: measured, but not recorded"
            ]
        );
    }
}
