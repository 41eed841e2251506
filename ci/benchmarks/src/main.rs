//! Measures what `suricata-thread` costs, beside the raw C API, `suricata-ffi` and what else could be used instead;
//! writes the table and the chart, or checks the figures against recorded ones. `ci/bench` builds what this measures.

mod author;
mod callgrind;
mod chart;
mod contenders;
mod gate;
mod goals;
mod growth;
mod host;
mod report;
mod suricata;
mod table;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::host::Host;

/// A failure, told in a sentence.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measure what the safe layer costs.
#[derive(Parser)]
struct Arguments {
    /// Folder with the host and the plugins, as ci/bench builds them
    #[arg(long)]
    built: PathBuf,
    /// The recorded instruction counts
    #[arg(long)]
    recorded: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the instruction counts against the recorded ones
    Gate,
    /// Record the instruction counts for the gate
    Record,
    /// Measure everything, and write the table and the chart
    Report {
        /// Root folder of the Suricata: / for the one on the PATH
        #[arg(long)]
        root: PathBuf,
        /// The project's root folder
        #[arg(long)]
        project: PathBuf,
        /// Rounds of the measurement of time
        #[arg(long, default_value_t = 101)]
        rounds: u32,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("benchmarks: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run(arguments: &Arguments) -> Result<bool> {
    let host = Host::new(&arguments.built);
    match &arguments.command {
        Command::Gate => gate::check(&host, &arguments.recorded),
        Command::Record => gate::record(&host, &arguments.recorded),
        Command::Report {
            root,
            project,
            rounds,
        } => {
            let results = report::Results {
                counts: contenders::count_all(&host)?,
                times: contenders::time_all(&host, *rounds)?,
                growth: growth::measure(&host)?,
                suricata: suricata::measure(root, &arguments.built)?,
                author: author::measure(project)?,
            };
            report::write(&results, project)?;
            Ok(true)
        }
    }
}
