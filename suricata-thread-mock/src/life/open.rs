//! Opening built plugin files.

use std::path::Path;

use libloading::os::unix::Library;
use suricata_thread_sys::common::{EntryPoint, SCLogLevel};

use crate::calling::boundary;
use crate::calling::context;
use crate::life::host::Host;
use crate::noun::language::Language;
use crate::noun::load_error::LoadError;
use crate::noun::open_error::{ENTRY_POINT, OpenError, OpenErrorReason};
use crate::noun::plugin_file::PluginFile;
use crate::noun::words::{Code, PluginCode};

impl Host {
    /// Opens a built plugin file in C or Rust, as Suricata does, and [loads](Host::load) it.
    ///
    /// The dynamic linker resolves all symbols at once, among the functions of this host's
    /// [generation](crate::HostBuilder::generation). The file stays open for the life of the
    /// process, unless it is refused before its `Init`. Hosts that open the same file share its
    /// `static`s.
    ///
    /// The calling program must export Suricata's functions to the plugin: put
    /// `println!("cargo::rustc-link-arg=-rdynamic")` in its build script.
    ///
    /// A path without a slash is a file in the current folder, unlike in suricata.yaml.
    ///
    /// # Errors
    ///
    /// Returns an error if the file is refused, or the plugin panics.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says.
    ///
    /// # Safety
    ///
    /// The file and the libraries that it needs may run in this process. Its `SCPluginRegister`
    /// keeps the conditions of [`Host::load_entry_point`]. If the plugin is refused before `Init`,
    /// no thread of its own uses it once `SCPluginRegister` has returned. The file does not change
    /// while it is open.
    ///
    /// ```no_run
    /// # use suricata_thread_mock::{Host, OpenError, RunMode, Traffic};
    /// let host = Host::new();
    /// // SAFETY: the project's own plugin; nobody builds it while this runs.
    /// unsafe { host.open("target/release/libflow_counter.so") }?;
    /// host.start(RunMode::Autofp { receivers: 1, workers: 2 });
    /// host.traffic(Traffic::default());
    /// host.shutdown();
    /// assert!(host.log().iter().any(|line| line.module == "flow_counter"));
    /// # Ok::<(), OpenError>(())
    /// ```
    #[track_caller]
    pub unsafe fn open(&self, path: impl AsRef<Path>) -> Result<(), OpenError> {
        let path = path.as_ref();
        context::assert_drivable(&self.state, "Host::open");
        let open = || {
            let before = self.registered();
            // SAFETY: the caller's promise.
            let (library, language) = unsafe { self.open_file(path) }?;
            let loaded = self.entry_point(&library, path).and_then(|entry| {
                // SAFETY: the caller's promise; the library stays open while it is in use.
                unsafe { self.load_as(Some(language), entry) }.map_err(OpenErrorReason::Load)
            });
            match &loaded {
                // A part of the plugin has run, and what it left behind may be in use.
                Ok(()) | Err(OpenErrorReason::Load(LoadError::Panicked { .. })) => {
                    std::mem::forget(library);
                }
                Err(_) => self.close(library, path, before),
            }
            loaded
        };
        open().map_err(|reason| self.refused(path, reason))
    }

    /// Checks whether [`Host::open`] would load a plugin file.
    ///
    /// Opens the file, calls its `SCPluginRegister`, but not `Init`, and closes it.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`Host::open`], except a panic of `Init`.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says.
    ///
    /// # Safety
    ///
    /// Those of [`Host::open`] for a plugin that is refused before `Init`.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, OpenErrorReason};
    /// let host = Host::new();
    /// // SAFETY: no file, no code.
    /// let error = unsafe { host.check("no-such-plugin.so") }.unwrap_err();
    /// assert!(matches!(error.reason, OpenErrorReason::Unreadable { .. }));
    /// assert_eq!(error.path.to_str(), Some("no-such-plugin.so"));
    /// ```
    #[track_caller]
    pub unsafe fn check(&self, path: impl AsRef<Path>) -> Result<(), OpenError> {
        let path = path.as_ref();
        context::assert_drivable(&self.state, "Host::check");
        let check = || {
            let before = self.registered();
            // SAFETY: the caller's promise.
            let (library, _) = unsafe { self.open_file(path) }?;
            let accepted = self.entry_point(&library, path).and_then(|entry| {
                // SAFETY: the caller's promise; the library stays open while it is in use.
                unsafe { self.accept(entry) }.map_err(OpenErrorReason::Load)
            });
            self.close(library, path, before);
            accepted
        };
        match check() {
            Ok(_accepted) => Ok(()),
            Err(reason) => Err(self.refused(path, reason)),
        }
    }

    /// # Safety
    ///
    /// Those of [`Host::open`].
    unsafe fn open_file(&self, path: &Path) -> Result<(Library, Language), OpenErrorReason> {
        let shown = path.display();
        let file = PluginFile::read(path).map_err(|e| {
            let message = e.to_string();
            self.log_error(format!("Bad plugin path: {shown}: {message}"));
            OpenErrorReason::Unreadable { message }
        })?;
        let parsed = PluginFile::parse(&file);
        let parsed = parsed.map_err(|message| OpenErrorReason::NotAPlugin { message });
        let library = parsed.and_then(|file| {
            let language = if file.is_rust {
                Language::Rust
            } else {
                Language::C
            };
            // SAFETY: the caller's promise.
            Ok((unsafe { self.link(path, &file) }?, language))
        });
        match &library {
            Ok(_) => self.log_notice(format!("Loading plugin {shown}")),
            // Suricata loads these, or may.
            Err(OpenErrorReason::HostInside { .. } | OpenErrorReason::SymbolsUnknown) => {}
            Err(reason) => {
                let cause = match reason {
                    OpenErrorReason::Linker { message } => message.clone(),
                    // The dynamic linker names only one symbol.
                    OpenErrorReason::Undefined { symbols, .. } => {
                        format!("{shown}: undefined symbol: {}", symbols[0].name)
                    }
                    other => format!("{shown}: {other}"),
                };
                self.log_notice(format!("Failed to open {shown} as a plugin: {cause}"));
            }
        }
        library
    }

    fn entry_point(&self, library: &Library, path: &Path) -> Result<EntryPoint, OpenErrorReason> {
        // SAFETY: in a plugin file, which the caller promises this to be, the symbol is such a
        // function or NULL.
        let entry = unsafe { library.get::<Option<EntryPoint>>(ENTRY_POINT.as_bytes()) };
        match entry.ok().and_then(|entry| *entry) {
            Some(entry) => Ok(entry),
            None => {
                let shown = path.display();
                self.log_error(format!(
                    "Plugin does not export {ENTRY_POINT} function: {shown}"
                ));
                Err(OpenErrorReason::NoEntryPoint)
            }
        }
    }

    fn refused(&self, path: &Path, reason: OpenErrorReason) -> OpenError {
        if matches!(reason, OpenErrorReason::Load(_)) {
            self.log_error(format!("Plugin registration failed: {}", path.display()));
        }
        OpenError {
            path: path.to_owned(),
            reason,
        }
    }

    fn registered(&self) -> usize {
        self.state.callbacks.count() + self.state.slots.table().slots.len()
    }

    /// Closes a plugin, unless it has registered something since `before`: the host may call that.
    fn close(&self, library: Library, path: &Path, before: usize) {
        let shown = path.display();
        if self.registered() != before {
            self.log_fault(format!(
                "{shown} registered callbacks or slots before its Init ran, so it stays open; \
                 Suricata would close a refused plugin, and crash when it calls them"
            ));
            std::mem::forget(library);
            return;
        }
        let code = Code {
            kind: PluginCode::Loading,
            name: "a destructor of a plugin file",
            plugin: None,
        };
        let describe = || format!("closing {shown}");
        let closed = boundary::call(&self.state, code, describe, || library.close());
        if let Ok(Err(e)) = closed {
            self.log_fault(format!("{shown} was not closed: {e}"));
        }
    }

    fn log_fault(&self, message: String) {
        context::log_own(&self.state, SCLogLevel::SC_LOG_ERROR, "plugin", message);
    }

    fn log_notice(&self, message: String) {
        context::log_own(&self.state, SCLogLevel::SC_LOG_NOTICE, "plugin", message);
    }

    fn log_error(&self, message: String) {
        context::log_known(&self.state, SCLogLevel::SC_LOG_ERROR, "plugin", message);
    }
}

#[cfg(test)]
#[path = "../../tests/built/mod.rs"]
mod built;

#[cfg(test)]
mod tests {
    use super::{OpenErrorReason, built};
    use crate::Host;

    /// Cargo links unit tests without `-rdynamic`. Weak references would be NULL without an error.
    #[test]
    fn a_program_that_does_not_export_the_functions_is_told_how_to() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, macros) in [("needs", &[][..]), ("weak", &["WEAK"])] {
            let plugin = built::c_plugin(folder.path(), name, 8, macros);
            let host = Host::new();
            // SAFETY: the plugin is one.
            let error = unsafe { host.open(plugin) }.expect_err("nothing is exported");
            let text = error.to_string();
            let OpenErrorReason::NotExported { functions } = error.reason else {
                panic!("{text}");
            };
            let used = functions.contains(&"ThreadStorageRegister");
            assert!(used, "{functions:?}");
            let unused = functions.contains(&"SCLogGetLogLevel");
            assert!(!unused, "{functions:?}");
            assert!(text.contains("cargo::rustc-link-arg=-rdynamic"), "{text}");
        }
    }
}
