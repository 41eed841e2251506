//! Opens built plugins as Suricata does, and says what they do wrong.

mod capture;
mod check;
mod pcapng;
mod run;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use suricata_thread_mock::{Generation, Host};

/// A strict Suricata host for built plugins that use the thread, storage and flow callback API.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run plugins: print the log, a table of the threads, and all that they do wrong
    ///
    /// Exits with 1 if a plugin is not loaded or does something wrong, or if the log has a line at
    /// error level.
    Run(run::Arguments),
    /// Say what Suricata would say when it loads a plugin, without running it
    ///
    /// Opens the file and calls SCPluginRegister, but not Init. Exits with 1 if the Suricata of
    /// --suricata would not load the plugin, or, without it, if none would; also if it cannot tell, as
    /// the plugin uses functions other than those for threads, storage, flow callbacks and the log.
    Check(check::Arguments),
}

/// Reads the major version of a Suricata that the mock can play.
fn generation(text: &str) -> Result<Generation, String> {
    let known = text.parse().ok().and_then(Generation::from_major);
    known.ok_or_else(|| "expected 8 or 9".to_owned())
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("suricata-mock: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line to stdout. Where nobody reads on, as behind `| head`, it is left out: the work goes
/// on, whose outcome is the exit status.
fn print(line: impl Display) {
    match writeln!(io::stdout(), "{line}") {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => panic!("cannot write to stdout: {e}"),
        _ => {}
    }
}

/// Where the log of a host was printed up to.
#[derive(Default)]
struct LogPrinter {
    printed: usize,
}

impl LogPrinter {
    /// Prints what the host has logged since the last time.
    fn print(&mut self, host: &Host, indent: &str) {
        let log = host.log();
        for line in &log[self.printed..] {
            print(format_args!("{indent}{line}"));
        }
        self.printed = log.len();
    }
}

/// The files, as arguments of both commands.
#[derive(clap::Args)]
struct Plugins {
    /// The plugin files, in the order in which Suricata would be told to load them
    #[arg(required = true, value_name = "PLUGIN.so")]
    plugins: Vec<PathBuf>,
}

/// Says of a plugin that was loaded from the current folder by its mere name that Suricata would look
/// for it elsewhere.
fn note_bare_name(plugin: &Path) {
    if plugin.parent() == Some(Path::new("")) {
        eprintln!(
            "suricata-mock: note: in suricata.yaml, {0} needs a slash (./{0}) or an absolute path: \
             Suricata looks for a mere name where the system's libraries are",
            plugin.display()
        );
    }
}
