//! Weak references to the host's C functions, so that one plugin file serves several Suricatas.
//!
//! The dynamic loader fills a word in the file with the function's address, or with NULL if the host has no such function.
//! Rust has no stable way to write such a word, but the assembler has. On ELF it is a `.weakref`: a `.weak NAME` would change
//! the binding of `NAME` itself, which fails under fat LTO if the same link defines it, as the mock does.

#[cfg(not(any(
    all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ),
    all(
        target_os = "macos",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ),
)))]
compile_error!(
    "suricata-thread knows how to refer to Suricata's functions on Linux and macOS, x86_64 and \
     aarch64, only: add the target's assembler directives to suricata-thread/src/weak.rs"
);

/// Declares C functions of the host, each as an `Option`.
///
/// Each declaration becomes a static with the function's name. It is `None` if the host has no such function, so a
/// Suricata without the function still loads the plugin. Use the macro in a module, not in a function. Declarations may
/// have doc comments, no other attributes.
///
/// Calling the function is `unsafe`: you promise that the declaration matches the host's, which nothing compares, and
/// that the function may be called on this thread. Check the [`generation`](crate::generation()) first: another one may
/// have the name with other arguments. `nm -D` lists the functions of a Suricata program. Signatures are in the headers
/// of its source, such as [`src/conf.h`](https://github.com/OISF/suricata/blob/suricata-8.0.8/src/conf.h). Pointers are
/// to types in [`sys`](crate::sys), or to `c_void`. A misspelt name is `None` too; `suricata-mock check` names it.
///
/// Under the mock, the functions that [`sys`](crate::sys) declares are there in both generations, and a call of one
/// that the host's generation lacks is reported. Any other function is `None`, unless the test defines it, as an
/// `#[unsafe(no_mangle)] unsafe extern "C" fn` of this name. [A recipe](crate::recipes#a-function-of-suricata) does so.
///
/// ```
/// # use suricata_thread_mock as _;
/// use std::ffi::{c_char, c_int};
/// use suricata_thread::{SCLogError, host_functions};
///
/// host_functions! {
///     /// Reads an integer of suricata.yaml.
///     pub fn SCConfGetInt(name: *const c_char, value: *mut i64) -> c_int;
/// }
///
/// fn limit() -> Option<i64> {
///     let Some(get_int) = SCConfGetInt else {
///         SCLogError!("my-plugin: this Suricata has no SCConfGetInt; using the default limit");
///         return None;
///     };
///     let mut limit = 0;
///     // SAFETY: a C string, and an integer to write to; called while Suricata loads plugins.
///     let found = unsafe { get_int(c"my-plugin.limit".as_ptr(), &mut limit) };
///     (found == 1).then_some(limit) // otherwise it is absent, or no integer
/// }
/// # fn main() {
/// #     assert_eq!(limit(), None);
/// # }
/// ```
#[macro_export]
macro_rules! host_functions {
    ($(
        $(#[doc = $text:expr])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)?;
    )+) => {$(
        unsafe extern "C" {
            $(#[doc = $text])*
            #[allow(non_upper_case_globals, reason = "a function's name")]
            #[link_name = $crate::__symbol!($name)]
            $visibility safe static $name: ::core::option::Option<
                unsafe extern "C" fn($($argument: $type),*) $(-> $result)?
            >;
        }
        #[cfg(not(target_vendor = "apple"))]
        ::core::arch::global_asm!($crate::__weak_on_elf!($crate::__symbol!($name), $name));
        #[cfg(target_vendor = "apple")]
        ::core::arch::global_asm!($crate::__weak_on_macho!($crate::__symbol!($name), $name));
    )+};
}

/// The symbol of a static that [`host_functions!`] makes, unique for each place in the source and each version of a crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __symbol {
    ($name:ident) => {
        ::core::concat!(
            "host_functions:",
            ::core::env!("CARGO_PKG_VERSION"),
            ":",
            ::core::module_path!(),
            ":",
            ::core::line!(),
            ":",
            ::core::column!(),
            ":",
            ::core::stringify!($name)
        )
    };
}

/// Defines the word `$symbol`, private to the linked file, with the address of `$name`.
#[doc(hidden)]
#[macro_export]
macro_rules! __weak_on_elf {
    ($symbol:expr, $name:ident) => {
        ::core::concat!(
            // A section of its own, so that the linker drops a word that nothing uses.
            ".pushsection \".data.rel.ro.",
            $symbol,
            "\",\"aw\"\n",
            ".balign 8\n",
            ".globl \"",
            $symbol,
            "\"\n",
            ".hidden \"",
            $symbol,
            "\"\n",
            ".type \"",
            $symbol,
            "\",%object\n",
            ".size \"",
            $symbol,
            "\",8\n",
            "\"",
            $symbol,
            "\":\n",
            ".weakref \"weak:",
            $symbol,
            "\",",
            ::core::stringify!($name),
            "\n",
            ".quad \"weak:",
            $symbol,
            "\"\n",
            ".popsection\n",
        )
    };
}

/// Defines the word on macOS; `ci/check` assembles this, and nothing links or runs it.
#[doc(hidden)]
#[macro_export]
macro_rules! __weak_on_macho {
    ($symbol:expr, $name:ident) => {
        ::core::concat!(
            ".section __DATA,__const\n",
            ".p2align 3\n",
            ".globl \"_",
            $symbol,
            "\"\n",
            ".private_extern \"_",
            $symbol,
            "\"\n",
            "\"_",
            $symbol,
            "\":\n",
            ".weak_reference _",
            ::core::stringify!($name),
            "\n",
            ".quad _",
            ::core::stringify!($name),
            "\n",
            ".text\n",
        )
    };
}
