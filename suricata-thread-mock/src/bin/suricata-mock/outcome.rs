//! The program's status and output.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::OnceLock;

pub(crate) enum Failure {
    /// A plugin is at fault.
    Plugin(String),
    /// The arguments, files or output are at fault.
    Call(String),
}

pub(crate) fn status(outcome: Result<(), Failure>) -> ExitCode {
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

/// The first error of stdout, such as a full disk.
static NOT_PRINTED: OnceLock<io::Error> = OnceLock::new();

/// An error other than a closed pipe makes the program fail in the end.
pub(crate) fn print(line: impl Display) {
    match writeln!(io::stdout(), "{line}") {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            let _ = NOT_PRINTED.set(e);
        }
        _ => {}
    }
}

/// Writes to stderr; there is nowhere to report a failure.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "suricata-mock: {line}");
}
