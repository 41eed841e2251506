//! The plugin's entry point.

use std::cell::UnsafeCell;
use std::error::Error;
use std::ffi::{CStr, CString, c_char, c_uint, c_void};
use std::ptr;
use std::sync::{Mutex, PoisonError};

use crate::complaint::log_error;
use crate::host::{Unsuitable, functions};
use crate::log::shortened;
use crate::record::Record;
use crate::registration::Init;
use crate::sys::Generation;
use crate::{
    SCLogWarning, callback, hook, host, host_thread, panic, plugin_name, registration, sys,
};

const LISTED_TWICE: &str = "the plugin is listed twice, by its file or by a folder that it is in, \
    and would count everything twice; list it once";

/// Runs a plugin's `init`, with registering possible until it returns.
///
/// [`plugin!`](macro@crate::plugin) does this for you. It is the bridge for a plugin whose entry point is
/// written by other means, such as `suricata-ffi`: call it in the C function `Init`.
///
/// An `Err` or a panic is logged at error level with `name`; what `init` had registered before stays
/// registered, since the host knows no unregistering.
///
/// `name` is what this crate's error messages call the plugin; the first one stays, if there are
/// several.
///
/// # Safety
///
/// The host is inside its call of the plugin's `Init` on this thread, and waits for it.
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{ThreadStorage, plugin};
///
/// /// The `Init` of an entry point written by other means.
/// unsafe extern "C" fn plugin_init() {
///     let init = || ThreadStorage::<u64>::register("my-plugin").map(drop);
///     // SAFETY: the host calls this, on its main thread, and waits for it.
///     unsafe { plugin::run_init("my-plugin", init) }
/// }
/// ```
pub unsafe fn run_init<E>(name: &'static str, init: impl FnOnce() -> Result<(), E>)
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    plugin_name::set(name);
    host_thread::mark_main();
    hook::install();
    if cfg!(panic = "abort") {
        SCLogWarning!(
            "plugin {name}: built with panic = \"abort\": a panic in it will end Suricata"
        );
    }
    let run = || {
        if let Err(unsuitable) = host::find_generation() {
            return log_failure(name, "can't run here", unsuitable.why());
        }
        // SAFETY: the caller's promise, until this returns.
        let _registering = unsafe { Init::begin() };
        register_marks(name);
        registration::forget_refused();
        if let Err(error) = init() {
            log_init_error(name, &*error.into());
        }
    };
    panic::contain_once(&Record::new(name, "init", || "of the plugin"), run);
}

/// Runs `init` in the mock host that the calling thread belongs to, as [`run_init`] does in Suricata: for a test
/// whose `init` is no plugin's.
///
/// An error that `init` returns, or a panic in it, is in the host's log, as in Suricata's.
///
/// # Errors
///
/// The calling thread belongs to no host of the mock, or to one that loads no plugins any more, or `init` would run
/// inside of a callback. Then `init` does not run.
///
/// ```
/// use suricata_thread::{plugin, register_init_callback};
/// use suricata_thread_mock::{Host, RunMode};
///
/// let host = Host::new();
/// plugin::load_in_mock("my-plugin", || register_init_callback(|_tv| {})).unwrap();
/// host.start(RunMode::Single);
/// ```
pub fn load_in_mock<E>(
    name: &'static str,
    init: impl FnOnce() -> Result<(), E>,
) -> Result<(), &'static str>
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    unsafe extern "C" fn call<F: FnOnce()>(run: *mut c_void) {
        // SAFETY: the `Option` below, which nothing else uses while the mock calls this.
        if let Some(run) = unsafe { &mut *run.cast::<Option<F>>() }.take() {
            run();
        }
    }
    fn call_of<F: FnOnce()>(_: &Option<F>) -> unsafe extern "C" fn(*mut c_void) {
        call::<F>
    }

    let load = functions::suricata_thread_mock_load_1.ok_or(NO_MOCK)?;
    // SAFETY: the mock calls this inside of its call of an `Init`, and waits for it.
    let mut run = Some(|| unsafe { run_init(name, init) });
    let c_name = CString::new(name.replace('\0', "")).unwrap_or_default();
    // SAFETY: the name is a C string. `call` takes what is passed with it; the mock calls it before this returns, on
    // this thread, or never.
    match unsafe { load(c_name.as_ptr(), call_of(&run), (&raw mut run).cast()) } {
        0 => Err(NOT_LOADING),
        _ => Ok(()),
    }
}

const NO_MOCK: &str =
    "there is no mock of Suricata here; use the crate suricata-thread-mock in this test";
const NOT_LOADING: &str = "this thread belongs to no host of the mock that loads plugins now; load before the host \
    is started, on the thread that built it, and not from a callback";

/// Logs the error that `init` returned, its sources, and what was refused last.
#[cold]
fn log_init_error(plugin: &str, error: &(dyn Error + 'static)) {
    let mut text = error.to_string();
    let mut source = error.source();
    // An error may be its own source.
    for _ in 0..MOST_SOURCES {
        let Some(error) = source.filter(|_| text.len() <= LONGEST_ERROR) else {
            break;
        };
        text = format!("{text}: {error}");
        source = error.source();
    }
    text = shortened(LONGEST_ERROR, format_args!("{text}"));
    if let Some(refused) = registration::forget_refused() {
        let refused = shortened(1_000, format_args!("{refused}"));
        text = format!("{text} (refused last: {refused})");
    }
    log_failure(plugin, "init failed", &text);
}

/// How many sources of an error are logged, and how long all of it may be, so that there is room for the rest.
const MOST_SOURCES: usize = 32;
const LONGEST_ERROR: usize = 8_000;

/// Registers the callbacks that mark the host's threads, before the plugin's own part of its init.
///
/// Through the same lock as all registrations: a thread that the plugin has started in an init before
/// (the host runs it twice for a plugin that is listed twice) may be registering at this time.
fn register_marks(plugin: &str) {
    let user = ptr::null_mut();
    // SAFETY: `at_thread_init` and `at_flow_init` use no user pointer.
    let registered = unsafe {
        let of_threads = functions::SCThreadRegisterInitCallback;
        let of_flows = functions::SCFlowRegisterInitCallback;
        callback::register_raw(of_threads, Some(at_thread_init), user)
            .and_then(|()| callback::register_raw(of_flows, Some(at_flow_init), user))
    };
    if let Err(error) = registered {
        log_error(
            plugin,
            format_args!("some log lines will go to stderr: {error}"),
        );
    }
}

unsafe extern "C" fn at_thread_init(_: *mut sys::ThreadVars, _: *mut c_void) {
    host_thread::mark();
}

unsafe extern "C" fn at_flow_init(
    _: *mut sys::ThreadVars,
    _: *mut sys::Flow,
    _: *const sys::Packet,
    _: *mut c_void,
) {
    host_thread::mark();
}

/// The host goes on without the plugin, or with a part of it.
#[cold]
fn log_failure(plugin: &str, what: &str, why: &str) {
    let version = host::host_version().unwrap_or("version unknown");
    log_error(plugin, format_args!("{what}: {why} (Suricata {version})"));
}

/// What [`plugin!`](macro@crate::plugin) takes as `init`.
#[diagnostic::on_unimplemented(
    message = "`init` is no function that returns `Result<(), E>`",
    label = "give a function without arguments, whose error converts into `Box<dyn Error + Send + Sync>`"
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

/// What a plugin's entry point returns, for each host.
#[doc(hidden)]
pub struct Entry {
    name: &'static str,
    /// By [`Generation`].
    plugins: [Plugin<sys::common::SCPlugin>; Generation::ALL.len()],
    /// For a host of another generation, which refuses it by its version, or runs an `Init` that does
    /// nothing.
    idle: Plugin<sys::common::SCPlugin>,
    /// The same for 7.0, whose `SCPlugin` is another struct.
    idle_7: Plugin<Plugin7>,
    /// The hosts in which the init ran: one in Suricata, several where tests have a mock each.
    hosts: Mutex<Vec<c_uint>>,
}

/// `SCPlugin` of Suricata 7.0, which ends the process where one of the fields is NULL.
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

    /// Returns what the host that is loading the plugin, on this thread, takes for one.
    pub fn for_host(&self) -> *mut sys::common::SCPlugin {
        plugin_name::set(self.name);
        let generation = match host::find_generation() {
            Ok(generation) => generation,
            // Somebody who calls the entry point without a host gets what a host would.
            Err(Unsuitable::NoHost) => Generation::V8,
            Err(Unsuitable::Unknown(why)) => {
                host_thread::mark();
                log_failure(self.name, "can't run here", why);
                return match host::host_version() {
                    Some(version) if version.starts_with("7.") => self.idle_7.0.get().cast(),
                    _ => self.idle.0.get(),
                };
            }
        };
        // A generation of a later version of the raw crate is none of this one.
        let plugin = self.plugins.get(generation as usize);
        plugin.unwrap_or(&self.idle).0.get()
    }
}

/// `text` and a NUL: `N` is its length and one.
#[doc(hidden)]
pub const fn nul_terminated<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut i = 0;
    while i < text.len() {
        bytes[i] = text.as_bytes()[i];
        i += 1;
    }
    bytes
}

/// What [`nul_terminated`] made, as a C string.
#[doc(hidden)]
pub const fn c_str(bytes: &'static [u8]) -> &'static CStr {
    match CStr::from_bytes_with_nul(bytes) {
        Ok(text) => text,
        Err(_) => panic!("this text contains a NUL, which would end it in C"),
    }
}

/// A constant `&str` as a `&'static CStr`; a NUL in it does not compile.
// Items in a macro are not hygienic: the names are such that `$text` can't mean one of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __c_str {
    ($text:expr) => {
        const {
            const __SURICATA_THREAD_TEXT: &::core::primitive::str = $text;
            const __SURICATA_THREAD_BYTES: &[::core::primitive::u8;
                 __SURICATA_THREAD_TEXT.len() + 1] =
                &$crate::__private::nul_terminated(__SURICATA_THREAD_TEXT);
            $crate::__private::c_str(__SURICATA_THREAD_BYTES)
        }
    };
}

/// Writes the plugin's entry point, `SCPluginRegister`. Use it once, at the root of the crate.
///
/// ```standalone_crate
/// fn init() -> Result<(), &'static str> {
///     suricata_thread::register_init_callback(|tv| {
///         suricata_thread::SCLogNotice!("a thread: {tv:?}");
///     })
/// }
///
/// suricata_thread::plugin! {
///     name: "hello",
///     version: env!("CARGO_PKG_VERSION"),
///     author: "Ada Lovelace",
///     license: "MIT",
///     init: init,
/// }
/// # use suricata_thread_mock as _;
/// # fn main() {}
/// ```
///
/// The texts are constant expressions of type `&str`; one that contains a NUL does not compile.
/// `init` is a function that returns `Result<(), E>`, where `E` is any error that converts into
/// `Box<dyn Error + Send + Sync>`, such as a `&'static str` or an [`io::Error`](std::io::Error). The host calls
/// it once, on its main thread, right after it has loaded the plugin; all registering is done in there. An
/// `Err` from it, or a panic in it, is logged at error level with the plugin's name, the error's sources,
/// and what was refused last; the host goes on, with whatever was registered before. Where the plugin is
/// listed twice, `init` does not run again, and an error is logged.
///
/// The macro also defines the constant `PLUGIN`, which a test hands to the mock's `Host::load`.
#[macro_export]
macro_rules! plugin {
    (
        name: $name:expr,
        version: $version:expr,
        author: $author:expr,
        license: $license:expr,
        init: $init:expr $(,)?
    ) => {
        /// The plugin, for a host in the same program: a test's.
        pub const PLUGIN: $crate::sys::common::Plugin = {
            extern "C" fn __suricata_thread_entry_point() -> *mut $crate::sys::common::SCPlugin {
                // Items in a macro are not hygienic: the names are such that the arguments can't mean them.
                const __SURICATA_THREAD_NAME: &::core::primitive::str = $name;
                // In a safe function, so that an expression given as `init` can do nothing unsafe.
                fn __suricata_thread_given() -> impl $crate::__private::InitFn {
                    $init
                }
                unsafe extern "C" fn __suricata_thread_init() {
                    // SAFETY: this is the plugin's `Init`, which only the host calls (H1). What was given is
                    // evaluated in there, where a panic is contained.
                    unsafe { __SURICATA_THREAD_ENTRY.run_init(__suricata_thread_given) }
                }
                static __SURICATA_THREAD_ENTRY: $crate::__private::Entry =
                    $crate::__private::Entry::new(
                        __SURICATA_THREAD_NAME,
                        [
                            $crate::__c_str!(__SURICATA_THREAD_NAME),
                            $crate::__c_str!($version),
                            $crate::__c_str!($author),
                            $crate::__c_str!($license),
                        ],
                        __suricata_thread_init,
                    );
                __SURICATA_THREAD_ENTRY.for_host()
            }
            // SAFETY: it returns a static, whose texts are C strings, and whose `Init` registers nothing but
            // what a host may call.
            unsafe { $crate::sys::common::Plugin::new(__suricata_thread_entry_point) }
        };

        /// The plugin's entry point: what the host looks up when it has opened the plugin.
        #[unsafe(no_mangle)]
        pub extern "C" fn SCPluginRegister() -> *mut $crate::sys::common::SCPlugin {
            // SAFETY: the host may call it at any time.
            unsafe { (PLUGIN.entry_point())() }
        }
    };
}
