use core::fmt;

use crate::{v8, v9};

/// A generation of Suricata's plugin API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// Suricata 8.0.x.
    V8,
    /// Suricata 9.0.
    V9,
}

impl Generation {
    /// Every generation known here, the oldest first.
    pub const ALL: &'static [Self] = &[Self::V8, Self::V9];

    /// Returns Suricata's major version number, such as 8.
    pub const fn major(self) -> u32 {
        match self {
            Self::V8 => 8,
            Self::V9 => 9,
        }
    }

    /// Returns the generation with the major version number `major`, if it is known here.
    pub fn from_major(major: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|g| g.major() == major)
    }

    /// Returns the value that Suricata expects in [`SCPlugin.version`](crate::common::SCPlugin::version).
    pub const fn api_version(self) -> u64 {
        match self {
            Self::V8 => v8::SC_API_VERSION,
            Self::V9 => v9::SC_API_VERSION,
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Suricata {}.0", self.major())
    }
}
