//! What a scenario observed, in files.
//!
//! Every line is written at once: no host says when it is the last. Three kinds of files, by the end of the name:
//!
//! - `SCENARIO.sequence`: written by one thread at a time, the order counts;
//! - `SCENARIO.N.thread`: one for the `N`th `ThreadVars`; the order of lines counts, that of the files does not;
//! - `SCENARIO.lines`: threads interleave, the order says nothing.

use std::fmt::Arguments;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

/// The environment variable that names the folder for the files.
pub const FOLDER: &str = "CONFORMANCE_TRANSCRIPTS";

/// Writes a line whose place among the lines of the scenario counts.
pub fn sequence(scenario: &str, line: Arguments<'_>) {
    write(&format!("{scenario}.sequence"), line);
}

/// Writes a line on the `number`th `ThreadVars`.
pub fn of_thread(scenario: &str, number: u32, line: Arguments<'_>) {
    write(&format!("{scenario}.{number}.thread"), line);
}

/// Writes a line that may come at any time.
pub fn lines(scenario: &str, line: Arguments<'_>) {
    write(&format!("{scenario}.lines"), line);
}

/// Appends a line to a file, in one piece. A host that cannot be observed is of no use: it is ended.
fn write(file: &str, line: Arguments<'_>) {
    let written = folder().and_then(|folder| {
        let path = folder.join(file);
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(format!("{line}\n").as_bytes())
    });
    if let Err(error) = written {
        eprintln!("conformance: no transcript {file} in the folder that {FOLDER} names: {error}");
        std::process::abort();
    }
}

fn folder() -> std::io::Result<PathBuf> {
    let folder = std::env::var_os(FOLDER);
    folder
        .map(PathBuf::from)
        .ok_or_else(|| std::io::Error::other("it is not set"))
}
