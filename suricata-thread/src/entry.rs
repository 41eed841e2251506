//! The plugin structs that the entry point returns, one for each kind of host.

use std::cell::UnsafeCell;
use std::error::Error;
use std::ffi::{CStr, c_char, c_uint};
use std::sync::{Mutex, PoisonError};

use crate::host::Unsuitable;
use crate::plugin::{log_failure, run_init};
use crate::sys::Generation;
use crate::{host, host_thread, plugin_name, sys};

const LISTED_TWICE: &str = "the plugin is listed twice, by its file or by a folder that it is in, \
    and would count everything twice; list it once";

/// A function that [`plugin!`](macro@crate::plugin) takes as `init`.
#[diagnostic::on_unimplemented(
    message = "`init` must be a function without arguments that returns `Result<(), E>`, with an `E` that converts into \
               `Box<dyn Error + Send + Sync>`",
    label = "not such a function"
)]
pub trait InitFn {
    #[doc(hidden)]
    fn call(self) -> Result<(), Box<dyn Error + Send + Sync>>;
}

#[diagnostic::do_not_recommend]
impl<F, E> InitFn for F
where
    F: FnOnce() -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    fn call(self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self().map_err(E::into)
    }
}

/// A plugin's structs for each kind of host, and the hosts that have run its init.
pub struct Entry {
    name: &'static str,
    /// By [`Generation`].
    plugins: [Plugin<sys::common::SCPlugin>; Generation::ALL.len()],
    /// For a host of another generation, which refuses its version or runs an `Init` that does nothing.
    idle: Plugin<sys::common::SCPlugin>,
    /// For 7.0, whose `SCPlugin` is another struct.
    idle_7: Plugin<Plugin7>,
    /// The hosts that have run the init: several if tests have a mock each.
    hosts: Mutex<Vec<c_uint>>,
}

/// `SCPlugin` of Suricata 7.0, which ends if one of the fields is NULL.
#[repr(C)]
struct Plugin7 {
    name: *const c_char,
    license: *const c_char,
    author: *const c_char,
    init: unsafe extern "C" fn(),
}

#[repr(transparent)]
struct Plugin<T>(UnsafeCell<T>);

// SAFETY: Rust code never reads or writes what is in the cell (R8): it hands the host a pointer to it.
// What that points to is constant.
unsafe impl<T> Sync for Plugin<T> {}

unsafe extern "C" fn idle() {}

impl Entry {
    /// Creates the structs from the plugin's texts and its `Init`.
    pub const fn new(
        name: &'static str,
        [c_name, version, author, license]: [&'static CStr; 4],
        init: unsafe extern "C" fn(),
    ) -> Self {
        const fn plugin(
            api_version: u64,
            built_for: &'static CStr,
            [name, version, author, license]: [&'static CStr; 4],
            init: unsafe extern "C" fn(),
        ) -> Plugin<sys::common::SCPlugin> {
            Plugin(UnsafeCell::new(sys::common::SCPlugin {
                version: api_version,
                suricata_version: built_for.as_ptr(),
                name: name.as_ptr(),
                plugin_version: version.as_ptr(),
                license: license.as_ptr(),
                author: author.as_ptr(),
                Init: Some(init),
            }))
        }
        let texts = [c_name, version, author, license];
        Self {
            name,
            plugins: [
                plugin(Generation::V8.api_version(), c"8.0", texts, init),
                plugin(Generation::V9.api_version(), c"9.0", texts, init),
            ],
            idle: plugin(Generation::V9.api_version(), c"9.0", texts, idle),
            idle_7: Plugin(UnsafeCell::new(Plugin7 {
                name: c_name.as_ptr(),
                license: license.as_ptr(),
                author: author.as_ptr(),
                init: idle,
            })),
            hosts: Mutex::new(Vec::new()),
        }
    }

    /// Runs the init that `given` returns, once in each host.
    ///
    /// # Safety
    ///
    /// As for [`run_init`].
    pub unsafe fn run_init<I: InitFn>(&self, given: fn() -> I) {
        host_thread::mark_main();
        let host = host::number();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.contains(&host) {
            drop(hosts);
            return log_failure(self.name, "init does not run again", LISTED_TWICE);
        }
        hosts.push(host);
        drop(hosts);
        // SAFETY: the caller's promise.
        unsafe { run_init(self.name, || given().call()) }
    }

    /// Returns the struct for the host that is loading the plugin on this thread.
    pub fn for_host(&self) -> *mut sys::common::SCPlugin {
        plugin_name::set(self.name);
        let generation = match host::find_generation() {
            Ok(generation) => generation,
            // Without a host, for whoever calls the entry point then.
            Err(Unsuitable::NoHost) => Generation::V8,
            Err(Unsuitable::Unknown(reason)) => {
                host_thread::mark();
                log_failure(self.name, "can't run here", reason);
                return match host::host_version() {
                    Some(version) if version.starts_with("7.") => self.idle_7.0.get().cast(),
                    _ => self.idle.0.get(),
                };
            }
        };
        // A later version of the raw crate may have more generations.
        let plugin = self.plugins.get(generation as usize);
        plugin.unwrap_or(&self.idle).0.get()
    }
}
