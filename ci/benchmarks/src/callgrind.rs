//! Counting instructions with callgrind.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;

/// What was counted between two points of a program, which says itself where they are.
pub struct Dump {
    /// What the program calls it: three fields, see `c/host.c`.
    pub label: [String; 3],
    /// Instructions.
    pub instructions: u64,
}

/// Runs `program` under callgrind, and returns the dumps that it asks for, in order.
pub fn run(program: &Path, arguments: &[String]) -> Result<Vec<Dump>> {
    let folder = tempfile::tempdir()?;
    let mut out = std::ffi::OsString::from("--callgrind-out-file=");
    out.push(folder.path().join("out"));
    let mut command = Command::new("valgrind");
    command
        .args(["-q", "--tool=callgrind", "--max-threads=1100"])
        .arg(out)
        .arg(program)
        .args(arguments);
    output(&mut command)?;
    let mut dumps = Vec::new();
    // The file without a number has what came after the last dump.
    for number in 1.. {
        let file = folder.path().join(format!("out.{number}"));
        if !file.exists() {
            break;
        }
        let text = fs::read_to_string(file)?;
        let label = field(&text, "desc: Trigger: Client Request: ")?;
        // Dumps whose label has not these fields only mark a place.
        if let Ok(label) = label
            .split('\t')
            .map(String::from)
            .collect::<Vec<_>>()
            .try_into()
        {
            let instructions = field(&text, "totals: ")?.parse()?;
            dumps.push(Dump {
                label,
                instructions,
            });
        }
    }
    Ok(dumps)
}

/// What follows `name` at the beginning of a line.
fn field<'t>(text: &'t str, name: &str) -> Result<&'t str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .ok_or_else(|| format!("callgrind wrote no \"{name}\"").into())
}

/// What `command` prints to stdout; its stderr goes into the error when it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if !output.status.success() {
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        return Err(format!("{command:?} failed, {}: {printed}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
