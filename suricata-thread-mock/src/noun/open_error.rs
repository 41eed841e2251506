//! Why a plugin file was not opened.

use std::fmt;
use std::path::PathBuf;

use suricata_thread_sys::Generation;

use crate::noun::load_error::LoadError;

pub(crate) const ENTRY_POINT: &str = "SCPluginRegister";

/// An error that [`Host::open`](crate::Host::open) returns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenError {
    /// The file, as it was given.
    pub path: PathBuf,
    /// Why it was not opened or loaded.
    pub reason: OpenErrorReason,
}

/// Why a plugin file was not opened or loaded. Suricata continues without the plugin, unless noted
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenErrorReason {
    /// The file cannot be read, or is not a regular file. Suricata loads every `.so` file of a
    /// folder, and waits for a pipe.
    Unreadable {
        /// What the system said, or what the file is.
        message: String,
    },
    /// The file is not a complete shared object. Suricata crashes if it is truncated.
    NotAPlugin {
        /// What is wrong.
        message: String,
    },
    /// The plugin uses symbols that this host does not have. Suricata loads it if it has them.
    Undefined {
        /// The missing symbols, in alphabetical order.
        symbols: Vec<UndefinedSymbol>,
        /// `true` if the plugin uses functions of both generations, so that no Suricata has all.
        mixed: bool,
    },
    /// The file has no section headers, which the mock reads symbols from. Suricata needs none.
    SymbolsUnknown,
    /// The dynamic linker refuses the file.
    Linker {
        /// What the dynamic linker said.
        message: String,
    },
    /// The plugin contains functions of the host, as when `suricata-thread-mock` is linked into it.
    /// Suricata loads it, and it talks to itself.
    HostInside {
        /// The functions that it exports.
        functions: Vec<&'static str>,
    },
    /// The plugin does not export `SCPluginRegister`.
    NoEntryPoint,
    /// This program does not export Suricata's functions: link it with `-rdynamic`.
    NotExported {
        /// The functions that the plugin uses.
        functions: Vec<&'static str>,
    },
    /// The plugin was opened, and then refused.
    Load(LoadError),
}

/// A symbol that a plugin uses and the host does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UndefinedSymbol {
    /// Its name.
    pub name: String,
    /// The generation that has it; `None` if the mock does not know it.
    pub generation: Option<Generation>,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            OpenErrorReason::Load(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for OpenErrorReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { message } => write!(f, "the file cannot be read: {message}"),
            Self::NotAPlugin { message } => write!(f, "the file is not a plugin: {message}"),
            Self::Undefined { symbols, mixed } => display_undefined(symbols, *mixed, f),
            Self::SymbolsUnknown => f.write_str(
                "it has no section headers (strip keeps them, sstrip does not), so that its \
                 symbols cannot be read here",
            ),
            Self::Linker { message } => write!(f, "the dynamic linker refused it: {message}"),
            Self::HostInside { functions } => {
                write!(
                    f,
                    "it defines functions of Suricata itself ({}",
                    functions.first().unwrap_or(&"")
                )?;
                if let more @ 1.. = functions.len().saturating_sub(1) {
                    write!(f, " and {more} more")?;
                }
                f.write_str(
                    "), so that it would not call Suricata's; is suricata-thread-mock among its \
                     dependencies instead of its dev-dependencies?",
                )
            }
            Self::NoEntryPoint => write!(
                f,
                "it does not export {ENTRY_POINT}, the entry point of plugins"
            ),
            Self::NotExported { functions } => write!(
                f,
                "this program does not export what the plugin uses: {}. Link the program with \
                 -rdynamic: in its build script, println!(\"cargo::rustc-link-arg=-rdynamic\")",
                functions.join(", ")
            ),
            Self::Load(error) => error.fmt(f),
        }
    }
}

fn display_undefined(
    symbols: &[UndefinedSymbol],
    mixed: bool,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let names = |generation: Option<Generation>| -> Vec<_> {
        let own = symbols
            .iter()
            .filter(|symbol| symbol.generation == generation);
        own.map(|symbol| symbol.name.as_str()).collect()
    };
    let mut parts = Vec::new();
    for generation in Generation::ALL {
        let names = names(Some(*generation));
        if names.is_empty() {
            continue;
        }
        let hint = if mixed {
            "the plugin needs functions of both 8.0 and 9.0".to_owned()
        } else {
            format!("the plugin is built for {generation} alone")
        };
        parts.push(format!("{} ({hint})", names.join(", ")));
    }
    let others = names(None);
    if !others.is_empty() {
        parts.push(format!(
            "{} (not among the functions for threads, storage, flow callbacks and the log, which \
             are all that the mock has, nor in a library that the plugin names; Suricata may have \
             it)",
            others.join(", ")
        ));
    }
    write!(f, "undefined symbol: {}", parts.join("; "))
}
