//! Opening a plugin file by the dynamic linker.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use libloading::os::unix::{Library, RTLD_LAZY, RTLD_LOCAL, RTLD_NOW};
use suricata_thread_sys::Generation;

use crate::c_api;
use crate::calling::boundary;
use crate::life::host::Host;
use crate::noun::open_error::{OpenErrorReason, UndefinedSymbol};
use crate::noun::plugin_file::PluginFile;
use crate::noun::words::{Code, PluginCode};

impl Host {
    /// # Safety
    ///
    /// Those of [`Host::open`].
    pub(crate) unsafe fn link(
        &self,
        path: &Path,
        file: &PluginFile,
    ) -> Result<Library, OpenErrorReason> {
        let not_a_plugin = |message| Err(OpenErrorReason::NotAPlugin { message });
        if let Some(message) = &file.other_machine {
            return not_a_plugin(message.clone());
        }
        if !file.is_shared_object {
            return not_a_plugin("it is not a shared object".to_owned());
        }
        if !file.has_symbols {
            return Err(OpenErrorReason::SymbolsUnknown);
        }
        let functions: Vec<_> = c_api::functions()
            .map(|function| function.name)
            .filter(|name| file.defined.contains(*name))
            .collect();
        if !functions.is_empty() {
            return Err(OpenErrorReason::HostInside { functions });
        }
        let functions = not_exported(file);
        if !functions.is_empty() {
            return Err(OpenErrorReason::NotExported { functions });
        }
        // This program has the functions of both generations, so the linker does not miss those of
        // the other one.
        let foreign = from_other_generation(self.state.identity.generation, &file.undefined);
        if foreign.is_empty() {
            // SAFETY: the caller's promise.
            match unsafe { self.dlopen(&with_folder(path), RTLD_NOW) } {
                Ok(library) => return Ok(library),
                Err(message) => {
                    // SAFETY: the caller's promise.
                    return Err(match unsafe { self.unresolved(file) } {
                        Some(symbols) if !symbols.is_empty() => OpenErrorReason::Undefined {
                            symbols,
                            mixed: false,
                        },
                        _ => OpenErrorReason::Linker { message },
                    });
                }
            }
        }
        let mut symbols = foreign;
        // SAFETY: the caller's promise.
        symbols.extend(unsafe { self.unresolved(file) }.unwrap_or_default());
        symbols.sort_by(|a, b| a.name.cmp(&b.name));
        let mixed = Generation::ALL.iter().all(|generation| {
            c_api::functions()
                .any(|f| f.generation == Some(*generation) && file.undefined.contains(f.name))
        });
        Err(OpenErrorReason::Undefined { symbols, mixed })
    }

    /// Constructors run as plugin code.
    ///
    /// # Safety
    ///
    /// The library may run in this process.
    unsafe fn dlopen(&self, file: &Path, flags: i32) -> Result<Library, String> {
        let code = Code {
            kind: PluginCode::Loading,
            name: "a constructor of a plugin file",
            plugin: None,
        };
        let describe = || format!("opening {}", file.display());
        boundary::call(&self.state, code, describe, || {
            // SAFETY: the caller's promise.
            unsafe { Library::open(Some(file), flags | RTLD_LOCAL) }
        })?
        .map_err(|e| e.to_string())
    }

    /// Returns `None` if a library that the file names is not found.
    ///
    /// # Safety
    ///
    /// Those libraries may run in this process.
    unsafe fn unresolved(&self, file: &PluginFile) -> Option<Vec<UndefinedSymbol>> {
        let mut libraries = vec![Library::this()];
        for name in &file.libraries {
            // SAFETY: the caller's promise.
            libraries.push(unsafe { self.dlopen(Path::new(name), RTLD_LAZY) }.ok()?);
        }
        let found = |name: &str| {
            libraries
                .iter()
                .any(|library| find(library, name).is_some())
        };
        let unresolved = file.undefined.iter().filter(|name| !found(name));
        Some(
            unresolved
                .map(|name| UndefinedSymbol {
                    name: name.clone(),
                    generation: None,
                })
                .collect(),
        )
    }
}

/// The linker would look for a mere name on its search path.
fn with_folder(path: &Path) -> PathBuf {
    let bare = path.parent().is_some_and(|p| p.as_os_str().is_empty());
    if bare {
        Path::new(".").join(path)
    } else {
        path.to_owned()
    }
}

fn find(library: &Library, name: &str) -> Option<*const ()> {
    // SAFETY: the address is only compared.
    unsafe { library.get::<*const ()>(name.as_bytes()) }
        .ok()
        .map(|symbol| *symbol)
}

/// Weak references to these functions would be NULL without an error.
fn not_exported(file: &PluginFile) -> Vec<&'static str> {
    let program = Library::this();
    c_api::functions()
        .filter(|f| file.undefined.contains(f.name) || file.optional.contains(f.name))
        .filter(|f| find(&program, f.name) != Some(f.address))
        .map(|f| f.name)
        .collect()
}

fn from_other_generation(host: Generation, used: &BTreeSet<String>) -> Vec<UndefinedSymbol> {
    c_api::functions()
        .filter(|f| {
            f.generation.is_some_and(|generation| generation != host) && used.contains(f.name)
        })
        .map(|f| UndefinedSymbol {
            name: f.name.to_owned(),
            generation: f.generation,
        })
        .collect()
}
