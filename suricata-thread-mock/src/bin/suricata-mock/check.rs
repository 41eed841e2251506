//! Checking whether Suricata would load plugins.

use std::path::{Path, PathBuf};

use libloading::os::unix::Library;
use suricata_thread_mock::{Generation, Host, OpenErrorReason, UndefinedSymbol};

use crate::arguments::{Plugins, generation, note_bare_name};
use crate::exports::{self, Suricata};
use crate::outcome::{Failure, print};
use crate::plugin_file::PluginFile;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    files: Plugins,
    /// Suricata to ask: 8 (8.0.x) or 9 (9.0); by default both, and one must load all files
    #[arg(long, value_name = "8|9", value_parser = generation, conflicts_with = "against")]
    suricata: Option<Generation>,
    /// Program of a real Suricata with the functions to look up, instead of 8.0.8 and the crate
    /// suricata-sys 9.0.0-alpha
    #[arg(long, value_name = "SURICATA")]
    against: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Loads,
    Unknown,
    Refused,
}

pub(crate) fn check(arguments: &Arguments) -> Result<(), Failure> {
    arguments.files.open_stand_ins()?;
    let suricatas = match (&arguments.against, arguments.suricata) {
        (Some(path), _) => vec![Suricata::read(path)?],
        (None, Some(generation)) => vec![Suricata::known(generation)],
        (None, None) => Generation::ALL
            .iter()
            .copied()
            .map(Suricata::known)
            .collect(),
    };
    let plugins = &arguments.files.plugins;
    // Collected, so that all are checked even if one loads the plugin.
    let verdicts: Vec<Vec<Verdict>> = plugins
        .iter()
        .map(|plugin| {
            suricatas
                .iter()
                .map(|suricata| judge(plugin, suricata))
                .collect()
        })
        .collect();
    for (plugin, verdicts) in plugins.iter().zip(&verdicts) {
        if verdicts.contains(&Verdict::Loads) {
            note_bare_name(plugin);
        }
    }
    let of_all = |suricata: usize| verdicts.iter().map(|verdicts| verdicts[suricata]).max();
    let best = (0..suricatas.len()).filter_map(of_all).min();
    if best == Some(Verdict::Loads) {
        return Ok(());
    }
    if best == Some(Verdict::Unknown) {
        let message = "cannot tell whether it would be loaded; see above";
        return Err(Failure::Call(message.to_owned()));
    }
    let is_refused = |(_, verdicts): &(_, &Vec<_>)| verdicts.iter().all(|v| *v == Verdict::Refused);
    let refused: Vec<_> = plugins.iter().zip(&verdicts).filter(is_refused).collect();
    let names: Vec<_> = refused
        .iter()
        .map(|(p, _)| p.display().to_string())
        .collect();
    Err(Failure::Plugin(if names.is_empty() {
        "no Suricata would load all of these files: they are for different ones".to_owned()
    } else {
        format!("would not be loaded: {}", names.join(", "))
    }))
}

/// Prints the reasons, too.
fn judge(plugin: &Path, suricata: &Suricata) -> Verdict {
    let host = Host::builder()
        .generation(suricata.generation)
        .record_only()
        .every_thread()
        .build();
    // SAFETY: the user named the file as a plugin, whose code and entry point may run here.
    let checked = unsafe { host.check(plugin) };
    let (shown, name) = (plugin.display(), &suricata.name);
    let misuses = host.reports();
    for misuse in &misuses {
        print(format_args!("{shown}: {misuse}"));
    }
    let Err(error) = checked else {
        print(format_args!("{shown}: {name} would load it"));
        print_optional(plugin, suricata);
        return if misuses.is_empty() {
            Verdict::Loads
        } else {
            Verdict::Refused
        };
    };
    let reason = &error.reason;
    match reason {
        OpenErrorReason::Undefined { symbols, .. } => {
            if let Some(verdict) = judge_undefined(plugin, symbols, suricata) {
                return verdict;
            }
        }
        OpenErrorReason::SymbolsUnknown => {
            print(format_args!(
                "{shown}: cannot tell whether {name} would load it: {reason}"
            ));
            return Verdict::Unknown;
        }
        OpenErrorReason::HostInside { .. } => {
            print(format_args!("{shown}: refused for {name}: {reason}"));
            return Verdict::Refused;
        }
        _ if plugin.is_dir() => {
            print(format_args!("{shown}: refused for {name}: {reason}"));
            return Verdict::Refused;
        }
        _ => {}
    }
    print(format_args!("{shown}: {name} would not load it: {reason}"));
    print("  its log:");
    for line in host.log() {
        print(format_args!("    {line}"));
    }
    Verdict::Refused
}

/// Returns `None` if this Suricata certainly lacks a symbol, too.
fn judge_undefined(
    plugin: &Path,
    symbols: &[UndefinedSymbol],
    suricata: &Suricata,
) -> Option<Verdict> {
    let (shown, name) = (plugin.display(), &suricata.name);
    let (has, lacks): (Vec<_>, Vec<_>) = symbols.iter().partition(|s| suricata.has(&s.name));
    if lacks.is_empty() {
        print(format_args!(
            "{shown}: {name} would load it, by its symbols: it has {}. It was not opened here, since \
             the mock lacks them: use --with for a library of stand-ins",
            join(has.iter().map(|s| &*s.name))
        ));
        print_optional(plugin, suricata);
        return Some(Verdict::Loads);
    }
    let is_certain = |s: &&UndefinedSymbol| {
        s.generation.is_some() || suricata.lacks(&s.name) && exports::is_known(&s.name)
    };
    if lacks.iter().any(is_certain) {
        return None;
    }
    print(format_args!(
        "{shown}: needs {}, which no known {name} has: pass your Suricata with --against",
        join(lacks.iter().map(|s| &*s.name))
    ));
    Some(Verdict::Unknown)
}

fn print_optional(plugin: &Path, suricata: &Suricata) {
    let file = PluginFile::read(plugin).map(|bytes| PluginFile::parse(&bytes));
    let Ok(Ok(file)) = file else { return };
    let needed = file.undefined.iter().filter(|name| suricata.has(name));
    let needed = needed.collect();
    let (has, lacks): (Vec<&String>, Vec<_>) =
        file.optional.iter().partition(|name| suricata.has(name));
    let (known, others): (Vec<_>, Vec<_>) =
        lacks.into_iter().partition(|name| exports::is_known(name));
    let (lacks, unlisted) = known.into_iter().partition(|name| suricata.lacks(name));
    // Functions of this program are the C library's or the mock's; `_…` are the linker's.
    let is_strange = |name: &&String| !name.starts_with('_') && !is_here(name);
    let strange = others.into_iter().filter(is_strange).collect();
    for (kind, names) in [
        ("needed", needed),
        ("optional", has),
        ("optional, of other Suricatas", lacks),
        (
            "optional, perhaps of other Suricatas (--against tells)",
            unlisted,
        ),
        ("optional, of no known Suricata (misspelt?)", strange),
    ] {
        if !names.is_empty() {
            let names = join(names.into_iter().map(String::as_str));
            print(format_args!("  {kind}: {names}"));
        }
    }
}

/// Returns optional functions that a Suricata has, but not this program.
pub(crate) fn lacking_here(plugin: &Path, suricata: &Suricata) -> Vec<String> {
    let is_lacking = |name: &String| suricata.has(name) && !is_here(name);
    optional(plugin).filter(is_lacking).collect()
}

fn optional(plugin: &Path) -> impl Iterator<Item = String> {
    let file = PluginFile::read(plugin).map(|bytes| PluginFile::parse(&bytes));
    let file = file.ok().and_then(Result::ok);
    file.into_iter().flat_map(|file| file.optional)
}

/// Returns optional functions that stand-ins define, though a Suricata may not have them.
pub(crate) fn doubtful_here(plugin: &Path, suricata: &Suricata) -> Vec<String> {
    let is_doubtful = |name: &String| {
        let is_stand_in = is_here(name) && !exports::is_of_the_api(name);
        is_stand_in && exports::is_known(name) && !suricata.has(name)
    };
    optional(plugin).filter(is_doubtful).collect()
}

/// Includes libraries that this program has loaded.
fn is_here(name: &str) -> bool {
    // SAFETY: the address is not used.
    unsafe { Library::this().get::<*const ()>(name.as_bytes()) }.is_ok()
}

fn join<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
