//! Checks and runs built plugins, and reports their misuse.

mod capture;
mod check;
mod child;
mod decode;
mod dialogue;
mod exports;
mod flow_table;
mod http;
mod key;
mod pcapng;
#[path = "../../noun/plugin_file.rs"]
mod plugin_file;
mod run;
mod segment;
mod side;
mod tcp;

use std::fmt::Display;
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::thread;

use clap::{Parser, Subcommand};
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
use suricata_thread_mock::Generation;

/// A mock of Suricata that checks and runs built plugins
///
/// Exits with 0 if all is well, with 1 if a plugin is at fault or cannot be read, and with 2 if the
/// arguments are wrong, a capture cannot be read or output cannot be written. A closed pipe, as with
/// `| head`, is no failure.
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
    /// Exits with 1 if a plugin is not loaded, if there is misuse, or if the log has a line at
    /// error level; with 2 if the arguments are wrong.
    Run(run::Arguments),
    /// Check whether Suricata would load plugins, without running them
    ///
    /// Opens each file and calls SCPluginRegister, but not Init. Prints the functions of Suricata
    /// that the plugin needs, and those that it uses if they are there. Exits with 1 if no
    /// Suricata, or not that of --suricata or --against, would load all files; with 2 if a file
    /// needs a function that no Suricata known here has, or if the arguments are wrong.
    Check(check::Arguments),
}

fn generation(text: &str) -> Result<Generation, String> {
    let known = text.parse().ok().and_then(Generation::from_major);
    known.ok_or_else(|| "expected 8 or 9".to_owned())
}

/// As the main thread of a process usually has.
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

/// Rust knows no name of Suricata's main thread.
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

fn status(outcome: Result<(), Failure>) -> ExitCode {
    let not_printed = NOT_PRINTED.get();
    let not_printed = not_printed.map(|e| format!("cannot write to stdout: {e}"));
    let (message, status) = match outcome {
        Ok(()) => match not_printed {
            None => return ExitCode::SUCCESS,
            Some(message) => (message, 2),
        },
        Err(Failure::Plugin(message)) => (message, 1),
        Err(Failure::Call(message)) => (message, 2),
    };
    say(message);
    ExitCode::from(status)
}

enum Failure {
    /// A plugin is at fault.
    Plugin(String),
    /// The arguments, files or output are.
    Call(String),
}

/// Why stdout took no line, such as a full disk.
static NOT_PRINTED: OnceLock<io::Error> = OnceLock::new();

/// Ignores a closed pipe, as with `| head`; another error makes the program fail in the end.
fn print(line: impl Display) {
    match writeln!(io::stdout(), "{line}") {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            let _ = NOT_PRINTED.set(e);
        }
        _ => {}
    }
}

/// There is nowhere to report that this fails.
fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "suricata-mock: {line}");
}

#[derive(clap::Args)]
struct Plugins {
    /// Plugin files, in the order in which Suricata would load them
    #[arg(required = true, value_name = "PLUGIN.so")]
    plugins: Vec<PathBuf>,
    /// Library with stand-ins for functions of Suricata that the mock lacks
    #[arg(long, value_name = "LIBRARY.so")]
    with: Vec<PathBuf>,
}

impl Plugins {
    fn open_stand_ins(&self) -> Result<(), Failure> {
        for library in &self.with {
            // The dynamic linker would look elsewhere for a mere name.
            let path = Path::new(".").join(library);
            // SAFETY: the user named the library, whose code may run here.
            match unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) } {
                Ok(library) => std::mem::forget(library),
                Err(e) => return Err(Failure::Call(format!("--with {}: {e}", library.display()))),
            }
        }
        Ok(())
    }
}

/// Suricata would look for it elsewhere.
fn note_bare_name(plugin: &Path) {
    if plugin.parent() == Some(Path::new("")) {
        say(format_args!(
            "note: in suricata.yaml, {0} needs a slash (./{0}) or an absolute path: \
             Suricata looks for a mere name where the system's libraries are",
            plugin.display()
        ));
    }
}
