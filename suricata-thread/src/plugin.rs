//! Functions that run a plugin's `init` without [`plugin!`](macro@crate::plugin).

use std::error::Error;
use std::ffi::{CString, c_void};
use std::{fmt, iter, ptr};

use crate::complaint::log_error;
use crate::host::functions;
use crate::record::Record;
use crate::registration::Init;
use crate::text::shortened;
use crate::{
    SCLogWarning, callback, hook, host, host_thread, panic, plugin_name, registration, sys,
};

/// Runs `init`, which may register slots and callbacks.
///
/// A plugin with an entry point of its own calls this function in its C function `Init`. If `init` returns an error or
/// panics, an error is logged with `name`. What `init` registered before that stays registered, because the host cannot
/// unregister. In an [unknown Suricata](crate#which-suricata), `init` does not run, and an error is logged.
///
/// # Safety
///
/// The host must be calling the plugin's `Init` on this thread, and waiting for it to return.
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
            return log_failure(name, "can't run here", unsuitable.reason());
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

/// Loads `init` as a plugin into the calling thread's mock host, to test code that is not a whole plugin.
///
/// If `init` fails or panics, an error is logged, and this function still returns `Ok`.
///
/// # Errors
///
/// Returns an error without running `init` if the calling thread belongs to no mock host, if the host does not load
/// plugins any more, or inside a callback.
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
    let mut text = shortened(LONGEST_ERROR, format_args!("{}", Chain(error)));
    if let Some(refused) = registration::forget_refused() {
        let refused = shortened(1_000, format_args!("{refused}"));
        text = format!("{text} (refused: {refused})");
    }
    log_failure(plugin, "init failed", &text);
}

/// The bounds of an error in the log, which leave room for the rest of the line.
const MOST_SOURCES: usize = 32;
const LONGEST_ERROR: usize = 8_000;

/// An error and its sources. `to_string` would panic if a `Display` fails.
struct Chain<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        // An error may be its own source.
        let sources = iter::successors(self.0.source(), |&error| error.source());
        for source in sources.take(MOST_SOURCES) {
            write!(f, ": {source}")?;
        }
        Ok(())
    }
}

/// Registers the callbacks that mark the host's threads, before those of the plugin.
fn register_marks(plugin: &str) {
    let user = ptr::null_mut();
    // SAFETY: `at_thread_init` and `at_flow_init` use no user pointer.
    let registered = unsafe {
        let register_thread_init = functions::SCThreadRegisterInitCallback;
        let register_flow_init = functions::SCFlowRegisterInitCallback;
        callback::register_raw(register_thread_init, Some(at_thread_init), user)
            .and_then(|()| callback::register_raw(register_flow_init, Some(at_flow_init), user))
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

#[cold]
pub(crate) fn log_failure(plugin: &str, action: &str, reason: &str) {
    let version = host::host_version().unwrap_or("version unknown");
    log_error(
        plugin,
        format_args!("{action}: {reason} (Suricata {version})"),
    );
}

/// Defines the plugin's entry point, `SCPluginRegister`. Use it once, at the root of the crate.
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
/// The four texts are constant `&str` expressions without NUL. `init` is a function that returns `Result<(), E>`, for
/// any `E` that converts into `Box<dyn Error + Send + Sync>`, such as `&'static str` or [`io::Error`](std::io::Error).
/// The host calls `init` once, on its main thread, after it has loaded the plugin.
///
/// If `init` returns an error, a line in the log has the plugin's name, the error with its sources, and the
/// registration that was refused last, if any. A panic is [logged](crate#panics) too. The host goes on with what was
/// registered before. If `suricata.yaml` lists the plugin twice, an error is logged and `init` does not run again.
///
/// The macro also defines the constant `PLUGIN`, which tests pass to the mock's `Host::load`.
#[macro_export]
macro_rules! plugin {
    (
        name: $name:expr,
        version: $version:expr,
        author: $author:expr,
        license: $license:expr,
        init: $init:expr $(,)?
    ) => {
        /// The plugin, for a host in the same program, such as a test's.
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

        /// The plugin's entry point, which the host calls when it has opened the plugin.
        ///
        /// # Safety
        ///
        /// Only the host calls it, on the thread that loads plugins. A test loads [`PLUGIN`].
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn SCPluginRegister() -> *mut $crate::sys::common::SCPlugin {
            // SAFETY: the caller's promise.
            unsafe { (PLUGIN.entry_point())() }
        }
    };
}
