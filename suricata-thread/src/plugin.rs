//! The plugin's entry point.

use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::sync::OnceLock;

use crate::registration::Init;
use crate::{SCLogError, SCLogWarning, host_thread, panic, sys};

/// There is one copy of this crate in each plugin file, so this is that plugin's.
static NAME: OnceLock<&'static str> = OnceLock::new();

/// What this plugin is called in the log.
pub(crate) fn name() -> &'static str {
    NAME.get().copied().unwrap_or("without a name")
}

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
pub unsafe fn run_init(name: &'static str, init: impl FnOnce() -> Result<(), &'static str>) {
    let _ = NAME.set(name);
    host_thread::mark();
    panic::install_hook();
    if cfg!(panic = "abort") {
        SCLogWarning!(
            "plugin {name}: built with panic = \"abort\": a panic in it will end Suricata"
        );
    }
    let run = || {
        // SAFETY: the caller's promise, until this returns.
        let _registering = unsafe { Init::begin() };
        host_thread::register_marks();
        if let Err(error) = init() {
            SCLogError!("plugin {name}: init failed: {error}");
        }
    };
    panic::contain("init", || "of the plugin", run);
}

/// The `SCPlugin` that a plugin's entry point returns.
#[doc(hidden)]
pub struct Entry(UnsafeCell<sys::SCPlugin>);

// SAFETY: Rust code never reads or writes what is in the cell: it hands the host a pointer to it.
// What that points to is constant.
unsafe impl Sync for Entry {}

impl Entry {
    pub const fn new(
        name: &'static CStr,
        version: &'static CStr,
        author: &'static CStr,
        license: &'static CStr,
        init: unsafe extern "C" fn(),
    ) -> Self {
        Self(UnsafeCell::new(sys::SCPlugin {
            version: SC_API_VERSION,
            suricata_version: SURICATA_VERSION.as_ptr(),
            name: name.as_ptr(),
            plugin_version: version.as_ptr(),
            license: license.as_ptr(),
            author: author.as_ptr(),
            Init: Some(init),
        }))
    }

    pub const fn as_ptr(&self) -> *mut sys::SCPlugin {
        self.0.get()
    }
}

// By this crate's own feature, as in `storage`.
#[cfg(feature = "suricata-8")]
const SC_API_VERSION: u64 = sys::v8::SC_API_VERSION;
#[cfg(not(feature = "suricata-8"))]
const SC_API_VERSION: u64 = sys::v9::SC_API_VERSION;
const SURICATA_VERSION: &CStr = if cfg!(feature = "suricata-8") {
    c"8.0"
} else {
    c"9.0"
};

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
                &$crate::plugin::nul_terminated(__SURICATA_THREAD_TEXT);
            $crate::plugin::c_str(__SURICATA_THREAD_BYTES)
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
/// `init` is a `fn() -> Result<(), &'static str>`. The host calls it once, on its main thread, right
/// after it has loaded the plugin; all registering is done in there. An `Err` from it, or a panic in
/// it, is logged at error level with the plugin's name; the host goes on, with whatever was
/// registered before.
///
/// The macro defines `SCPluginRegister` as a public function, which a test hands to the mock's
/// `Host::load`.
#[macro_export]
macro_rules! plugin {
    (
        name: $name:expr,
        version: $version:expr,
        author: $author:expr,
        license: $license:expr,
        init: $init:expr $(,)?
    ) => {
        /// The plugin's entry point: what the host looks up when it has opened the plugin.
        #[unsafe(no_mangle)]
        pub extern "C" fn SCPluginRegister() -> *mut $crate::sys::SCPlugin {
            // Items in a macro are not hygienic: the names are such that the arguments can't mean them.
            const __SURICATA_THREAD_NAME: &::core::primitive::str = $name;
            // In a safe function, so that an expression given as `init` can do nothing unsafe.
            fn __suricata_thread_given()
            -> fn() -> ::core::result::Result<(), &'static ::core::primitive::str> {
                $init
            }
            unsafe extern "C" fn __suricata_thread_init() {
                // SAFETY: this is the plugin's `Init`, which only the host calls.
                unsafe {
                    // Evaluated in there, where a panic is contained.
                    $crate::plugin::run_init(__SURICATA_THREAD_NAME, || __suricata_thread_given()())
                }
            }
            static __SURICATA_THREAD_ENTRY: $crate::plugin::Entry = $crate::plugin::Entry::new(
                $crate::__c_str!(__SURICATA_THREAD_NAME),
                $crate::__c_str!($version),
                $crate::__c_str!($author),
                $crate::__c_str!($license),
                __suricata_thread_init,
            );
            __SURICATA_THREAD_ENTRY.as_ptr()
        }
    };
}
