//! Opens built plugins as Suricata does, and says what they do wrong.

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

/// A strict Suricata host for built plugins that use the thread, storage and flow callback API.
///
/// Exits with 0 if all is well, with 1 if a plugin is at fault, and with 2 if the call is: arguments that make
/// no sense, a file that cannot be read, an output that cannot be written. A reader that stops reading, as
/// behind `| head`, is no failure.
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
    /// error level; with 2 if the arguments make no sense.
    Run(run::Arguments),
    /// Say what Suricata would say when it loads a plugin, without running it
    ///
    /// Opens the file and calls SCPluginRegister, but not Init. Says which functions of Suricata the
    /// plugin needs and which it uses where they are there. Exits with 1 if no Suricata, or not the one
    /// of --suricata or --against, would load all the files; with 2 if that cannot be told, since a file
    /// needs what no Suricata known here has, and if the arguments make no sense.
    Check(check::Arguments),
}

/// Reads the major version of a Suricata that the mock can play.
fn generation(text: &str) -> Result<Generation, String> {
    let known = text.parse().ok().and_then(Generation::from_major);
    known.ok_or_else(|| "expected 8 or 9".to_owned())
}

/// What the main thread of a process has, as a rule.
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

/// Does `work` on a thread without a name, as Suricata's main thread has none that Rust knows.
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

/// Says why the program fails, if it does.
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

/// Why the program fails.
enum Failure {
    /// A plugin is at fault.
    Plugin(String),
    /// The call is.
    Call(String),
}

/// Why stdout did not take a line, such as a full disk.
static NOT_PRINTED: OnceLock<io::Error> = OnceLock::new();

/// Prints a line to stdout. Where nobody reads on, as behind `| head`, it is left out. Whatever the
/// error, the work goes on; but for that one, it makes the program fail in the end.
fn print(line: impl Display) {
    match writeln!(io::stdout(), "{line}") {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            let _ = NOT_PRINTED.set(e);
        }
        _ => {}
    }
}

/// Prints a line to stderr, if that takes it: there is nowhere else to say that it does not.
fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "suricata-mock: {line}");
}

/// The files, as arguments of both commands.
#[derive(clap::Args)]
struct Plugins {
    /// The plugin files, in the order in which Suricata would be told to load them
    #[arg(required = true, value_name = "PLUGIN.so")]
    plugins: Vec<PathBuf>,
    /// A library with stand-ins for functions of Suricata that the mock lacks
    #[arg(long, value_name = "LIBRARY.so")]
    with: Vec<PathBuf>,
}

impl Plugins {
    /// Opens the libraries with stand-ins, for plugins to find.
    fn open_stand_ins(&self) -> Result<(), Failure> {
        for library in &self.with {
            // The dynamic linker would look elsewhere for a mere name.
            let path = Path::new(".").join(library);
            // SAFETY: who runs this program has chosen the library, which is code that may run here.
            match unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) } {
                Ok(library) => std::mem::forget(library),
                Err(e) => return Err(Failure::Call(format!("--with {}: {e}", library.display()))),
            }
        }
        Ok(())
    }
}

/// Says of a plugin that was loaded from the current folder by its mere name that Suricata would look
/// for it elsewhere.
fn note_bare_name(plugin: &Path) {
    if plugin.parent() == Some(Path::new("")) {
        say(format_args!(
            "note: in suricata.yaml, {0} needs a slash (./{0}) or an absolute path: \
             Suricata looks for a mere name where the system's libraries are",
            plugin.display()
        ));
    }
}
