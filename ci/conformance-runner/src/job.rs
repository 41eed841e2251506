//! One life of a host.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use capture::Expectation;
use serde::{Deserialize, Serialize};

/// The plugins, in the order in which a host is told to load them. The first four are refused.
const PLUGINS: [&str; 8] = [
    "absent.so",
    "no_entry.so",
    "other_generation.so",
    "other_version.so",
    "conformance.so",
    "second.so",
    "twice.so",
    "twice.so",
];

/// What the host does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Loads the plugins and ends.
    Load,
    /// Reads a capture, in one thread; statistics are on, which makes further threads.
    Single,
    /// Reads a capture in one thread and handles the packets in others.
    Autofp,
    /// Reads three captures as it is told over its socket, each with new threads, as in `autofp`.
    UnixSocket,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Load, Self::Single, Self::Autofp, Self::UnixSocket];

    /// The host's log level in this mode, as `SCLogGetLogLevel` gives it and as the configuration names it. Not the
    /// same everywhere, so that more than one is tried.
    #[must_use]
    pub fn log_level(self) -> (i32, &'static str) {
        match self {
            Self::Load | Self::Autofp => (5, "perf"),
            Self::Single => (4, "info"),
            Self::UnixSocket => (3, "notice"),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Load => "load only",
            Self::Single => "single",
            Self::Autofp => "autofp",
            Self::UnixSocket => "unix-socket",
        })
    }
}

/// What a host is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// The major version of the host.
    pub major: u32,
    /// What the host does.
    pub mode: Mode,
    /// The traffic.
    pub expectation: Expectation,
    /// The same as a pcap file.
    pub capture: PathBuf,
    /// The folder with the plugins.
    pub plugins: PathBuf,
}

impl Job {
    /// How many captures a host in unix-socket mode reads, one after the other.
    pub const CAPTURES: usize = 3;

    /// How many workers there are in `autofp` mode.
    pub const WORKERS: usize = 3;

    /// Copies the plugins to `folder` under the same names in every life, and returns these names in the order in
    /// which the host is to load them. One is not there, on purpose.
    ///
    /// # Errors
    ///
    /// A plugin cannot be copied; the error names it.
    pub fn copy_plugins(&self, folder: &Path) -> io::Result<Vec<&'static str>> {
        let other = if self.major == 8 {
            "libneeds_9.so"
        } else {
            "libneeds_8.so"
        };
        for name in PLUGINS {
            let from = match name {
                "absent.so" => continue,
                "other_generation.so" => self.plugins.join(other),
                name => self.plugins.join(format!("lib{name}")),
            };
            fs::copy(&from, folder.join(name)).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", from.display()))
            })?;
        }
        Ok(PLUGINS.to_vec())
    }
}
