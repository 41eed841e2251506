//! The program behind the checks `generated` and `headers`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use declarations::{compare, make, of_headers, ours};

/// Make the declarations of suricata-thread-sys from its C headers, or compare them with Suricata's
#[derive(Parser)]
enum Action {
    /// Write the declarations
    Write,
    /// Fail if the checked-in declarations differ
    Check,
    /// Compare them with the headers in TREE, the folder `src` of a Suricata source tree
    Source { tree: PathBuf },
}

fn main() -> Result<()> {
    match Action::parse() {
        Action::Write => {
            for (path, text) in make()? {
                fs::write(path, text)?;
            }
        }
        Action::Check => {
            for (path, text) in make()? {
                let is_same = fs::read_to_string(&path)? == text;
                let remedy = "run UPDATE=1 ci/check generated";
                ensure!(is_same, "{path:?} differs from the headers: {remedy}");
            }
        }
        Action::Source { tree } => {
            let theirs = of_headers(&tree)?;
            // The tree has more names of its own generation.
            let [v8, v9] = [ours("v8")?, ours("v9")?].map(|ours| compare(&ours, &theirs));
            let comparisons = [v8, v9].into_iter();
            let comparison = comparisons.min_by_key(|comparison| comparison.absent.len());
            let mut wrong = comparison.context("of one of the two")?;
            // This project's own names for types, which are compared where functions use them.
            wrong.absent.retain(|name| !name.ends_with("Fn"));
            let same = wrong.different.is_empty() && wrong.absent.is_empty();
            let (absent, different) = (wrong.absent, wrong.different.join("\n"));
            ensure!(same, "Suricata lacks {absent:?}; different:\n{different}");
        }
    }
    Ok(())
}
