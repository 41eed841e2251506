//! The program behind the checks `generated` and `headers`.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;
use declarations::{compare, make, of_headers, ours};

/// Make the declarations of suricata-thread-sys from its C headers, or compare them with Suricata's
#[derive(Parser)]
enum Action {
    /// Write the declarations
    Write,
    /// Fail where they are not what is checked in
    Check,
    /// Compare them with the headers in TREE, the folder `src` of a Suricata source tree
    Source { tree: PathBuf },
}

fn main() -> ExitCode {
    match run(Action::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("declarations: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(action: Action) -> Result<()> {
    match action {
        Action::Write => {
            for (path, text) in make()? {
                fs::write(path, text)?;
            }
        }
        Action::Check => {
            for (path, text) in make()? {
                let same = fs::read_to_string(&path)? == text;
                ensure!(
                    same,
                    "{} is not what bindgen makes of the headers",
                    path.display()
                );
            }
        }
        Action::Source { tree } => {
            let theirs = of_headers(&tree)?;
            // The tree is of the generation that it has more names of.
            let [v8, v9] = [ours("v8")?, ours("v9")?].map(|ours| compare(&ours, &theirs));
            let mut comparison = if v8.absent.len() < v9.absent.len() {
                v8
            } else {
                v9
            };
            // Names of our own for types, which are compared where they are used.
            comparison.absent.retain(|name| !name.ends_with("Fn"));
            let (different, absent) = (comparison.different, comparison.absent);
            let same = different.is_empty() && absent.is_empty();
            ensure!(
                same,
                "not there: {absent:?}; different:\n{}",
                different.join("\n")
            );
            println!(
                "{} declarations are as in {}",
                comparison.same,
                tree.display()
            );
        }
    }
    Ok(())
}
