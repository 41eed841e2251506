//! Functions that Suricatas export.

use std::collections::BTreeSet;
use std::path::Path;

use suricata_thread_mock::Generation;

use crate::outcome::Failure;
use crate::plugin_file::PluginFile;

pub(crate) struct Suricata {
    pub(crate) generation: Generation,
    pub(crate) name: String,
    exports: BTreeSet<String>,
    /// Nothing else is exported.
    is_whole: bool,
}

impl Suricata {
    pub(crate) fn known(generation: Generation) -> Self {
        // 9.0 has no release whose functions could be listed.
        let (list, is_whole) = match generation {
            Generation::V8 => (include_str!("exports/8.txt"), true),
            _ => (include_str!("exports/9.txt"), false),
        };
        let names = list.lines().filter(|line| !line.starts_with('#'));
        let names = names.chain(api_functions(generation).iter().copied());
        Self {
            generation,
            name: generation.to_string(),
            exports: names.map(str::to_owned).collect(),
            is_whole,
        }
    }

    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let failure = |e| Failure::Call(format!("--against {}: {e}", path.display()));
        let bytes = PluginFile::read(path).map_err(|e| failure(e.to_string()))?;
        let exports = PluginFile::parse(&bytes).map_err(failure)?.defined;
        let has = |name| exports.contains(name);
        let generation = match (has("ThreadStorageRegister"), has("SCThreadStorageRegister")) {
            (true, false) => Generation::V8,
            (false, true) => Generation::V9,
            _ => {
                let message = "it is neither Suricata 8.0.x nor 9.0, which export \
                     ThreadStorageRegister or SCThreadStorageRegister";
                return Err(failure(message.to_owned()));
            }
        };
        Ok(Self {
            generation,
            name: path.display().to_string(),
            exports,
            is_whole: true,
        })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.exports.contains(name)
    }

    /// Returns `true` if the function is certainly missing.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        !self.has(name) && (self.is_whole || is_of_the_api(name))
    }
}

macro_rules! names {
    (
        common { $(fn $common:ident $_c:tt $_cn:ident $_ct:tt $(-> $_cr:ty)?;)* }
        v8 { $(fn $v8:ident $_8:tt $_8n:ident $_8t:tt $(-> $_8r:ty)?;)* }
        v9 { $(fn $v9:ident $_9:tt $_9n:ident $_9t:tt $(-> $_9r:ty)?;)* }
    ) => {
        [
            [$(stringify!($common),)* $(stringify!($v8)),*].as_slice(),
            [$(stringify!($common),)* $(stringify!($v9)),*].as_slice(),
        ]
    };
}

/// Plugins can rely on these, whatever the lists say.
fn api_functions(generation: Generation) -> &'static [&'static str] {
    let [v8, v9] = const { suricata_thread_sys::c_functions!(names: plugin) };
    if generation == Generation::V8 { v8 } else { v9 }
}

/// Returns `true` if a generation has the function in the API of plugins, which the mock has.
pub(crate) fn is_of_the_api(name: &str) -> bool {
    let mut all = Generation::ALL.iter();
    all.any(|generation| api_functions(*generation).contains(&name))
}

pub(crate) fn is_known(name: &str) -> bool {
    let mut all = Generation::ALL.iter();
    all.any(|generation| Suricata::known(*generation).has(name))
}
