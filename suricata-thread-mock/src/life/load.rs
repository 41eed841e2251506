//! Loading plugins that are part of the program.

use suricata_thread_sys::common::{EntryPoint, Plugin, SCLogLevel, SCPlugin};

use crate::calling::boundary;
use crate::calling::context;
use crate::life::host::Host;
use crate::noun::c_text;
use crate::noun::language::{self, Language};
use crate::noun::load_error::{LoadError, generation_of};
use crate::noun::words;
use crate::noun::words::{Code, PluginCode};

impl Host {
    /// Loads a plugin that is part of this program.
    ///
    /// Checks the plugin as Suricata does, and runs its `Init` on the current thread.
    ///
    /// The macro `plugin!` of `suricata-thread` defines the constant `PLUGIN` to pass.
    ///
    /// `Init` returns nothing, so loading succeeds even if `Init` fails. `suricata-thread` then
    /// [logs an error](crate#reports), which fails the test unless it is
    /// [expected](Host::expect_error).
    ///
    /// If the plugin's `static`s do not allow parallel tests, use one host at a time.
    ///
    /// # Errors
    ///
    /// Returns an error if the plugin is refused, or panics.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says.
    #[track_caller]
    pub fn load(&self, plugin: Plugin) -> Result<(), LoadError> {
        context::assert_drivable(&self.state, "Host::load");
        // SAFETY: the promise of whoever made the `Plugin`.
        unsafe { self.load_as(Some(Language::Rust), plugin.entry_point()) }
    }

    /// Loads a plugin by its entry point, as [`Host::load`] does.
    ///
    /// Use this for plugins in C, or in Rust with the raw declarations.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`Host::load`].
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says.
    ///
    /// # Safety
    ///
    /// `register` returns NULL or a plugin that stays valid for the life of the process, like
    /// everything that the plugin registers. The texts are NULL or C strings. `register` and `Init`
    /// may be called on this thread. If the version is not that of a known
    /// [`Generation`](crate::Generation), only `version` is read.
    ///
    /// ```
    /// # use suricata_thread_mock::{Generation, Host, LoadError};
    /// # use suricata_thread_sys::common::SCPlugin;
    /// # unsafe extern "C" fn init() {}
    /// # unsafe extern "C" fn register() -> *mut SCPlugin {
    /// #     Box::leak(Box::new(SCPlugin {
    /// #         version: Generation::V9.api_version(),
    /// #         suricata_version: c"9.0".as_ptr(),
    /// #         name: c"counter".as_ptr(),
    /// #         plugin_version: c"0.1.0".as_ptr(),
    /// #         license: c"MIT".as_ptr(),
    /// #         author: c"somebody".as_ptr(),
    /// #         Init: Some(init),
    /// #     }))
    /// # }
    /// // SAFETY: `register` returns a plugin for 9.0 that is never freed.
    /// let load = |host: &Host| unsafe { host.load_entry_point(register) };
    /// let host = Host::builder().generation(Generation::V9).build();
    /// assert_eq!(load(&host), Ok(()));
    /// assert!(host.log()[0].message.starts_with("Initializing plugin counter"));
    ///
    /// let older = Host::builder().generation(Generation::V8).build();
    /// assert_eq!(load(&older), Err(LoadError::Version { plugin: 0x0900, host: 0x0800 }));
    /// ```
    #[track_caller]
    pub unsafe fn load_entry_point(&self, register: EntryPoint) -> Result<(), LoadError> {
        context::assert_drivable(&self.state, "Host::load_entry_point");
        // SAFETY: the caller's promise.
        unsafe { self.load_as(None, register) }
    }

    /// # Safety
    /// Those of [`Host::load_entry_point`].
    pub(crate) unsafe fn load_as(
        &self,
        language: Option<Language>,
        register: EntryPoint,
    ) -> Result<(), LoadError> {
        // SAFETY: the caller's promise.
        let (init, name) = unsafe { self.accept(register) }?;
        if let Some(language) = language {
            language::note(name, language);
        }
        // SAFETY: "C" and "C-unwind" functions are called alike.
        let init: unsafe extern "C-unwind" fn() = unsafe { std::mem::transmute(init) };
        // SAFETY: the caller's promise.
        self.call_plugin("Init", Some(name), || unsafe { init() })
    }

    /// Loads a plugin without calling `Init`, which it returns with the plugin's name.
    ///
    /// # Safety
    ///
    /// Those of [`Host::load_entry_point`].
    pub(crate) unsafe fn accept(
        &self,
        register: EntryPoint,
    ) -> Result<(unsafe extern "C" fn(), &'static str), LoadError> {
        let register: unsafe extern "C-unwind" fn() -> *mut SCPlugin =
            // SAFETY: "C" and "C-unwind" functions are called alike; `boundary` catches what unwinds.
            unsafe { std::mem::transmute(register) };
        // SAFETY: the caller's promise.
        let plugin = self.call_plugin("SCPluginRegister", None, || unsafe { register() })?;
        if plugin.is_null() {
            return Err(self.refuse(LoadError::NoPlugin));
        }
        // Nothing else is known of other versions: 7.0's plugins are smaller, and begin with their
        // name.
        // SAFETY: not NULL, so 8 bytes that can be read, by the caller's promise.
        let plugin_version = unsafe { (*plugin).version };
        let host_version = self.state.identity.generation.api_version();
        let differ = |plugin: &str, built: &str| {
            self.log_refusal(format!(
                "Suricata and plugin versions differ: plugin has {plugin_version:x}{plugin} vs \
                 Suricata {host_version:x}{built}"
            ));
            LoadError::Version {
                plugin: plugin_version,
                host: host_version,
            }
        };
        if generation_of(plugin_version).is_none() {
            return Err(differ("", ""));
        }
        // SAFETY: of a version that is known, so a plugin that stays valid, by the caller's promise.
        let plugin = unsafe { &*plugin };
        // SAFETY: each is NULL or a C string by the caller's promise.
        let text = |t| unsafe { c_text::text(t) };
        let version = text(plugin.plugin_version);
        let built_with = text(plugin.suricata_version);
        if plugin_version != host_version {
            return Err(differ(
                &format!(" ({version})"),
                &format!(" (plugin was built with {built_with})"),
            ));
        }
        let null = [
            ("name", plugin.name.is_null()),
            ("author", plugin.author.is_null()),
            ("license", plugin.license.is_null()),
        ];
        if let Some((field, _)) = null.into_iter().find(|(_, null)| *null) {
            return Err(self.refuse(LoadError::NullField { field }));
        }
        let Some(init) = plugin.Init else {
            return Err(self.refuse(LoadError::NullField { field: "Init" }));
        };
        let [name, author, license] = [plugin.name, plugin.author, plugin.license].map(text);
        context::log_own(
            &self.state,
            SCLogLevel::SC_LOG_NOTICE,
            "plugin",
            format!(
                "Initializing plugin {name}; version= {version}; author={author}; \
                 license={license}; built from {built_with}"
            ),
        );
        Ok((init, words::intern(&name)))
    }

    fn call_plugin<R>(
        &self,
        function: &'static str,
        name: Option<&'static str>,
        plugin: impl FnOnce() -> R,
    ) -> Result<R, LoadError> {
        let code = Code {
            kind: PluginCode::Loading,
            name: function,
            plugin: name,
        };
        let describe = || function.to_owned();
        boundary::call(&self.state, code, describe, plugin)
            .map_err(|message| LoadError::Panicked { function, message })
    }

    /// Logs an error, over which Suricata crashes or aborts in silence.
    fn refuse(&self, error: LoadError) -> LoadError {
        self.log_refusal(error.to_string());
        error
    }

    fn log_refusal(&self, message: String) {
        context::log_known(&self.state, SCLogLevel::SC_LOG_ERROR, "plugin", message);
    }
}
