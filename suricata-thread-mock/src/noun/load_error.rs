//! Errors of loading a plugin.

use std::fmt;

use suricata_thread_sys::Generation;

/// A reason not to load a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// `SCPluginRegister` returned NULL. Suricata crashes.
    NoPlugin,
    /// The plugin is for another API version. Suricata continues without the plugin.
    Version {
        /// `SCPlugin.version`, or the bytes in its place if the plugin is for Suricata 7.0.
        plugin: u64,
        /// The version that the host expects.
        host: u64,
    },
    /// A required field is NULL. Suricata aborts.
    NullField {
        /// The field's name.
        field: &'static str,
    },
    /// The plugin panicked. Suricata crashes.
    Panicked {
        /// `SCPluginRegister` or `Init`.
        function: &'static str,
        /// The text of the panic.
        message: String,
    },
}

pub(crate) fn generation_of(version: u64) -> Option<Generation> {
    let mut all = Generation::ALL.iter().copied();
    all.find(|generation| generation.api_version() == version)
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlugin => f.write_str(
                "SCPluginRegister returned NULL instead of a plugin; Suricata would crash",
            ),
            Self::Version { plugin, host } => write!(
                f,
                "the plugin is for API version {plugin:#06x}, the host has {host:#06x}; Suricata \
                 continues without it{}",
                match generation_of(*plugin) {
                    Some(generation) => format!(": it is built for {generation} alone"),
                    None => " (no known API has this version; plugins for \
                         Suricata 7.0 have none)"
                        .to_owned(),
                }
            ),
            Self::NullField { field } => {
                write!(f, "the plugin's field `{field}` is NULL; Suricata aborts")
            }
            Self::Panicked { function, message } => {
                write!(f, "{function} panicked: {message}; Suricata would crash")
            }
        }
    }
}

impl std::error::Error for LoadError {}
