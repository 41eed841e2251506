//! Arguments of both commands.

use std::path::{Path, PathBuf};

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
use suricata_thread_mock::Generation;

use crate::outcome::{Failure, say};

#[derive(clap::Args)]
pub(crate) struct Plugins {
    /// Plugin files, in the order in which Suricata would load them
    #[arg(required = true, value_name = "PLUGIN.so")]
    pub(crate) plugins: Vec<PathBuf>,
    /// Library with stand-ins for functions of Suricata that the mock lacks
    #[arg(long, value_name = "LIBRARY.so")]
    with: Vec<PathBuf>,
}

impl Plugins {
    pub(crate) fn open_stand_ins(&self) -> Result<(), Failure> {
        for library in &self.with {
            // The dynamic linker would look for a mere name elsewhere.
            let path = Path::new(".").join(library);
            // SAFETY: the user named the library, whose code may run here.
            match unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) } {
                Ok(library) => std::mem::forget(library),
                Err(e) => return Err(Failure::Call(format!("--with {}: {e}", library.display()))),
            }
        }
        Ok(())
    }
}

/// Notes a mere name, for which Suricata would look elsewhere.
pub(crate) fn note_bare_name(plugin: &Path) {
    if plugin.parent() == Some(Path::new("")) {
        say(format_args!(
            "note: in suricata.yaml, {0} needs a slash (./{0}) or an absolute path: \
             Suricata looks for a mere name among the system's libraries",
            plugin.display()
        ));
    }
}

pub(crate) fn generation(text: &str) -> Result<Generation, String> {
    let known = text.parse().ok().and_then(Generation::from_major);
    known.ok_or_else(|| "expected 8 or 9".to_owned())
}
