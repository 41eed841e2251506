//! Checks and runs built plugins, and reports their misuse.

mod arguments;
mod capture;
mod check;
mod child;
mod decode;
mod dialogue;
mod exports;
mod file;
mod flow_table;
mod http;
mod key;
mod link;
mod outcome;
#[path = "../../noun/plugin_file.rs"]
mod plugin_file;
mod run;
mod segment;
mod side;
mod tcp;

use std::panic::resume_unwind;
use std::process::ExitCode;
use std::thread;

use clap::{Parser, Subcommand};

use crate::outcome::{Failure, status};

/// A mock of Suricata that checks and runs built plugins
///
/// Exits with 0 if all is well; the help of each command lists the other statuses. A closed pipe,
/// as with `| head`, is no failure.
#[derive(Parser)]
#[command(name = "suricata-mock", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run plugins; print the log, a table of the threads, and misuse
    ///
    /// Exits with 1 if a plugin is not loaded or ends the run, if there is misuse or a line at
    /// error level in the log, if the capture is damaged or has no flow, or if the system refuses a
    /// thread; with 2 if an argument is wrong, the capture cannot be opened, or output cannot be
    /// written.
    Run(run::Arguments),
    /// Check whether Suricata would load plugins, without running them
    ///
    /// Opens each file and calls SCPluginRegister, but not Init. Prints the functions of Suricata
    /// that the plugin needs, and those that it uses if they exist. Exits with 1 if no Suricata, or
    /// not that of --suricata or --against, would load all files; with 2 if that is unknown, as for
    /// a needed function that no known Suricata has, if an argument is wrong, or if output cannot be
    /// written.
    Check(check::Arguments),
}

/// The usual stack of a main thread.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(arguments) => {
            let work = move || status(on_unnamed_thread(move || run::run(&arguments)));
            child::run(work).unwrap_or_else(|failure| status(Err(failure)))
        }
        Command::Check(arguments) => status(on_unnamed_thread(move || check::check(&arguments))),
    }
}

/// Runs `work` on an unnamed thread, since Rust knows no name of Suricata's main thread.
fn on_unnamed_thread(
    work: impl FnOnce() -> Result<(), Failure> + Send + 'static,
) -> Result<(), Failure> {
    let main = thread::Builder::new().stack_size(STACK).spawn(work);
    match main.map(thread::JoinHandle::join) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(payload)) => resume_unwind(payload),
        Err(e) => Err(Failure::Call(format!("the system refused a thread: {e}"))),
    }
}
