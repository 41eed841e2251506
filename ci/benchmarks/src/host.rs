//! The measuring host, and what it says about one plugin or several.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::callgrind::{self, Dump, output};
use crate::{Result, contenders::Contender};

/// A figure for each case.
pub type Cases = BTreeMap<String, f64>;

/// The measuring host.
pub struct Host {
    built: PathBuf,
}

/// Start-up, access and shut-down with many threads and slots.
pub struct Grown {
    /// Instructions of the thread init callbacks of all threads.
    pub start_up: u64,
    /// Instructions of one access.
    pub access: f64,
    /// Instructions of freeing the storage of all threads.
    pub shut_down: u64,
}

/// Allocations in a phase, by all threads.
#[derive(Debug, PartialEq, Eq)]
pub struct Allocations {
    /// Number of allocations.
    pub allocated: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Number of frees.
    pub freed: u64,
}

impl Host {
    /// The host in the folder `built`.
    pub fn new(built: &Path) -> Self {
        Self {
            built: built.to_owned(),
        }
    }

    /// The instructions of one call of each case, the host's part of it included.
    pub fn count(&self, plugin: &Contender) -> Result<Cases> {
        let arguments = ["count".to_owned(), self.plugin(plugin)];
        let dumps = callgrind::run(&self.built.join("host"), &arguments)?;
        let mut cases = Cases::new();
        for pair in dumps.windows(2) {
            if let Some((name, instructions)) = per_call(pair)? {
                cases.insert(name, instructions);
            }
        }
        if cases.is_empty() {
            return Err(format!("nothing was counted for {}", plugin.name).into());
        }
        Ok(cases)
    }

    /// Nanoseconds of one call of each case of each plugin: medians over `rounds` alternating rounds.
    pub fn time(&self, plugins: &[Contender], rounds: u32) -> Result<Vec<Cases>> {
        let files: Vec<_> = plugins.iter().map(|plugin| self.plugin(plugin)).collect();
        let mut command = Command::new(self.built.join("host"));
        command.args(["time", &rounds.to_string()]).args(&files);
        let printed = output(&mut command)?;
        let mut times = vec![Cases::new(); plugins.len()];
        for line in printed.lines() {
            let [file, name, ns] = fields(line)?;
            let plugin = files.iter().position(|known| known == file);
            let plugin = plugin.ok_or_else(|| format!("the host measured {file}?"))?;
            times[plugin].insert(name.to_owned(), ns.parse()?);
        }
        Ok(times)
    }

    /// Instructions with that many threads and slots.
    pub fn grow(&self, plugin: &Contender, threads: u32, slots: u32) -> Result<Grown> {
        let arguments = [
            "grow".to_owned(),
            threads.to_string(),
            slots.to_string(),
            self.plugin(plugin),
        ];
        let dumps = callgrind::run(&self.built.join("host"), &arguments)?;
        let [start_up, nothing, case, shut_down] = &dumps[..] else {
            return Err(format!("{} dumps instead of four", dumps.len()).into());
        };
        let (_, access) = per_call(&dumps[1..3])?
            .ok_or_else(|| format!("no access in {:?}, {:?}", nothing.label, case.label))?;
        Ok(Grown {
            start_up: start_up.instructions,
            access,
            shut_down: shut_down.instructions,
        })
    }

    /// Allocations at start-up and at shut-down with that many threads and slots.
    pub fn allocations(
        &self,
        plugin: &Contender,
        threads: u32,
        slots: u32,
    ) -> Result<[Allocations; 2]> {
        let mut command = Command::new(self.built.join("host-allocations"));
        command
            .args(["grow", &threads.to_string(), &slots.to_string()])
            .arg(self.plugin(plugin));
        let printed = output(&mut command)?;
        let phases: Vec<Allocations> = printed
            .lines()
            .map(|line| {
                let [_, allocated, bytes, freed] = fields(line)?;
                Ok(Allocations {
                    allocated: allocated.parse()?,
                    bytes: bytes.parse()?,
                    freed: freed.parse()?,
                })
            })
            .collect::<Result<_>>()?;
        let count = phases.len();
        phases
            .try_into()
            .map_err(|_| format!("{count} phases instead of two").into())
    }

    fn plugin(&self, plugin: &Contender) -> String {
        let file = self.built.join(format!("{}.so", plugin.file));
        file.to_string_lossy().into_owned()
    }
}

/// A case and its instructions, where `pair` is as many calls of an empty function and the calls of the case.
fn per_call(pair: &[Dump]) -> Result<Option<(String, f64)>> {
    let [nothing, case] = pair else {
        return Ok(None);
    };
    let [kind, calls, name] = &case.label;
    if kind != "case" {
        return Ok(None);
    }
    if nothing.label != ["nothing", calls, name] {
        return Err(format!("{:?} before {:?}", nothing.label, case.label).into());
    }
    let calls: f64 = calls.parse()?;
    // The empty function is one instruction, its return.
    let more = case.instructions as f64 - nothing.instructions as f64;
    Ok(Some((name.clone(), more / calls + 1.0)))
}

/// The fields of a line that the host printed.
fn fields<const N: usize>(line: &str) -> Result<[&str; N]> {
    let fields: Vec<_> = line.split('\t').collect();
    fields
        .try_into()
        .map_err(|_| format!("the host printed this: {line}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(kind: &str, calls: &str, instructions: u64) -> Dump {
        let label = [kind, calls, "access"].map(String::from);
        Dump {
            label,
            instructions,
        }
    }

    #[test]
    fn the_loop_around_the_calls_is_not_counted_but_the_return_is() {
        let pair = [dump("nothing", "1000", 9_042), dump("case", "1000", 19_042)];
        let counted = per_call(&pair).unwrap();
        assert_eq!(counted, Some(("access".to_owned(), 11.0)));
    }

    #[test]
    fn calls_and_empty_calls_of_different_cases_are_an_error() {
        let pair = [dump("nothing", "32", 9_042), dump("case", "1000", 19_042)];
        assert!(per_call(&pair).is_err());
    }
}
