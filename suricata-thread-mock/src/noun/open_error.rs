//! Errors of opening a plugin file.

use std::fmt;
use std::path::PathBuf;

use suricata_thread_sys::Generation;

use crate::noun::load_error::LoadError;

pub(crate) const ENTRY_POINT: &str = "SCPluginRegister";

/// An error of [`Host::open`](crate::Host::open) or [`Host::check`](crate::Host::check).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenError {
    /// The path, as passed.
    pub path: PathBuf,
    /// The reason for the error.
    pub reason: OpenErrorReason,
}

/// A reason not to open or load a plugin file.
///
/// Unless noted otherwise, Suricata continues without the plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenErrorReason {
    /// The file cannot be read, or is not a regular file. From a folder, Suricata loads each file
    /// whose name contains `.so`.
    Unreadable {
        /// The system's message, or what the file is.
        message: String,
    },
    /// The file is not a complete shared object for this machine. Suricata crashes if it is
    /// truncated.
    NotAPlugin {
        /// The fault of the file.
        message: String,
    },
    /// The plugin uses symbols that this host does not have. A Suricata that has them loads the
    /// plugin.
    Undefined {
        /// The missing symbols, in alphabetical order.
        symbols: Vec<UndefinedSymbol>,
        /// `true` if the plugin uses functions of both generations, so that no Suricata has them
        /// all.
        mixed: bool,
    },
    /// The file has no section headers, which the mock reads symbols from. Suricata needs none.
    SymbolsUnknown,
    /// The dynamic linker refuses the file.
    Linker {
        /// The dynamic linker's message.
        message: String,
    },
    /// The plugin defines functions of the host, as when `suricata-thread-mock` is linked into it.
    /// Suricata loads such a plugin, which then calls its own functions.
    HostInside {
        /// The functions that the plugin defines.
        functions: Vec<&'static str>,
    },
    /// The plugin does not export `SCPluginRegister`.
    NoEntryPoint,
    /// This program, unlike Suricata, does not export Suricata's functions: link it with
    /// `-rdynamic`.
    NotExported {
        /// The missing functions, which the plugin uses.
        functions: Vec<&'static str>,
    },
    /// The plugin was opened, but not loaded.
    Load(LoadError),
}

/// A symbol that a plugin uses and the host does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UndefinedSymbol {
    /// The symbol's name.
    pub name: String,
    /// The generation that has the symbol; `None` if the mock does not know the symbol.
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
                "it has no section headers, so its symbols cannot be read; keep them: use strip, not \
                 sstrip",
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
                    "), and would call these instead of Suricata's; move suricata-thread-mock to its \
                     dev-dependencies",
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
            "{} (neither the mock nor a library that the plugin names has it; Suricata may)",
            others.join(", ")
        ));
    }
    write!(f, "undefined symbol: {}", parts.join("; "))
}
