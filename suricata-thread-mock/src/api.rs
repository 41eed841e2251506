//! The generations of the C API.

use suricata_thread_sys as sys;

/// A generation of the C API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Api {
    /// Suricata 8.0.x.
    V8,
    /// Suricata 9.0.
    V9,
}

impl Api {
    /// What this Suricata expects as `SCPlugin.version`.
    ///
    /// ```
    /// # use suricata_thread_mock::Api;
    /// assert_eq!(Api::V8.version(), suricata_thread_sys::v8::SC_API_VERSION);
    /// assert_eq!(Api::V9.version(), 0x0900);
    /// ```
    #[must_use]
    pub fn version(self) -> u64 {
        match self {
            Self::V8 => sys::v8::SC_API_VERSION,
            Self::V9 => sys::v9::SC_API_VERSION,
        }
    }

    pub(crate) fn of_version(version: u64) -> Option<Self> {
        [Self::V8, Self::V9]
            .into_iter()
            .find(|api| api.version() == version)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V8 => "Suricata 8.0",
            Self::V9 => "Suricata 9.0",
        }
    }
}

impl std::fmt::Display for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
