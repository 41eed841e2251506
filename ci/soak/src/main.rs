//! Hostile plugins and long runs in a real Suricata.

mod captures;
mod census;
mod host;
mod memcheck;
mod panics;
mod signals;

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use capture::Plan;
use clap::{Parser, Subcommand};
use tempfile::TempDir;

/// Check plugins in a real Suricata 8.0 that panic, that live long, or that are stopped half way.
#[derive(Parser)]
struct Arguments {
    /// Root folder of the Suricata: / for the one on the PATH
    #[arg(long, default_value = "/")]
    root: PathBuf,
    /// The plugin file
    #[arg(long)]
    plugin: PathBuf,
    #[command(subcommand)]
    check: Check,
}

#[derive(Subcommand)]
enum Check {
    /// The plugin `panics`: the host goes on, and its log has one line for each cause
    Panics,
    /// The plugin `census` in one process over many captures: no memory grows, no value stays
    Captures,
    /// The plugin `census`, and the host stopped by a signal half way
    Signals,
    /// Any plugin under valgrind's memcheck: no error and no leak with the plugin in its stack
    Memcheck,
}

/// What all checks are given.
struct Given<'a> {
    root: &'a Path,
    plugin: &'a Path,
    /// For captures.
    folder: TempDir,
}

/// A pcap file with a known number of flows.
struct Capture {
    file: PathBuf,
    flows: u64,
}

impl Given<'_> {
    fn capture(&self, flows: u32) -> Result<Capture, Box<dyn Error>> {
        let file = self.folder.path().join(format!("{flows}.pcap"));
        let plan = Plan { flows, packets: 6 };
        let expectation = capture::write_pcap(plan, BufWriter::new(File::create(&file)?))?;
        Ok(Capture {
            file,
            flows: expectation.total.flows,
        })
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let root = arguments.root.canonicalize()?;
    let given = Given {
        root: &root,
        plugin: &arguments.plugin,
        folder: TempDir::new()?,
    };
    match arguments.check {
        Check::Panics => panics::check(&given),
        Check::Captures => captures::check(&given),
        Check::Signals => signals::check(&given),
        Check::Memcheck => memcheck::check(&given),
    }
}
