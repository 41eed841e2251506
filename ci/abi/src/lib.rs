//! Compares the declarations of `suricata-thread-sys` with those that Suricata itself publishes,
//! `suricata-sys`, while it compiles: one that differs in the type of an argument or a result, in
//! layout or in value does not compile. `tests/complete.rs` sees to it that none is left out.
//!
//! How two types that are not the same one can have the same ABI is said once for each, by an
//! implementation of [`SameAbi`].

#![allow(
    non_camel_case_types,
    reason = "types are named after C functions, fields and constants"
)]

mod of_8;

use core::ffi::{c_char, c_int, c_uint, c_void};
use core::mem::{align_of, offset_of, size_of};

use suricata_sys::sys as theirs;
use suricata_thread_sys as ours;

/// C code that expects a `Theirs` can be given a `Self`, and the other way round.
pub trait SameAbi<Theirs> {}

macro_rules! same_type {
    ($($t:ty),*) => {$(impl SameAbi<$t> for $t {})*};
}
same_type!((), bool, c_char, c_int, c_uint, u64, c_void);

impl<A: SameAbi<B>, B> SameAbi<*const B> for *const A {}
impl<A: SameAbi<B>, B> SameAbi<*mut B> for *mut A {}

/// Function pointers, and those that may be null.
macro_rules! same_function {
    ($($a:ident $b:ident),*) => {
        impl<R: SameAbi<S>, S, $($a: SameAbi<$b>, $b),*>
            SameAbi<unsafe extern "C" fn($($b),*) -> S> for unsafe extern "C" fn($($a),*) -> R {}
        impl<R: SameAbi<S>, S, $($a: SameAbi<$b>, $b),*>
            SameAbi<Option<unsafe extern "C" fn($($b),*) -> S>>
            for Option<unsafe extern "C" fn($($a),*) -> R> {}
    };
}
same_function!();
same_function!(A1 B1);
same_function!(A1 B1, A2 B2);
same_function!(A1 B1, A2 B2, A3 B3);
same_function!(A1 B1, A2 B2, A3 B3, A4 B4);
same_function!(A1 B1, A2 B2, A3 B3, A4 B4, A5 B5, A6 B6);

// Opaque: they only ever stand behind a pointer. suricata-sys has `ThreadVars` as a name for `u8`.
impl SameAbi<theirs::ThreadVars> for ours::ThreadVars {}
impl SameAbi<theirs::Flow> for ours::Flow {}
impl SameAbi<theirs::Packet> for ours::Packet {}

/// [`SameAbi`], with the name of what is compared for the compiler's message.
#[diagnostic::on_unimplemented(
    message = "`{Name}` does not have the ABI that suricata-sys gives it",
    label = "`{Name}` is `{Self}` in suricata-thread-sys, `{Theirs}` in suricata-sys"
)]
pub trait Compared<Name, Theirs> {}

#[diagnostic::do_not_recommend]
impl<Name, Ours: SameAbi<Theirs>, Theirs> Compared<Name, Theirs> for Ours {}

/// Sees to it that the two are alike; never called. The pair must be a variable: its type is then
/// known before the trait is looked for, and not guessed from it.
fn same_abi<Name, Ours: Compared<Name, Theirs>, Theirs>(_: Name, _: (Ours, Theirs)) {}

macro_rules! same_layout {
    ($ours:ty, $theirs:ty) => {
        const _: () = assert!(
            size_of::<$ours>() == size_of::<$theirs>(),
            concat!(
                stringify!($ours),
                " has another size than ",
                stringify!($theirs)
            )
        );
        const _: () = assert!(
            align_of::<$ours>() == align_of::<$theirs>(),
            concat!(
                stringify!($ours),
                " has another alignment than ",
                stringify!($theirs)
            )
        );
    };
}

/// Structs: the same fields, all of them, of the same ABI and at the same offsets.
macro_rules! structs {
    ($($module:ident::$name:ident { $($field:ident),* })*) => {
        $(
            impl SameAbi<theirs::$name> for ours::$module::$name {}
            same_layout!(ours::$module::$name, theirs::$name);
            $(const _: () = assert!(
                offset_of!(ours::$module::$name, $field) == offset_of!(theirs::$name, $field),
                concat!(stringify!($name), ".", stringify!($field), " has another offset")
            );)*
            const _: fn(ours::$module::$name, theirs::$name) = |ours, theirs| {
                // These name every field, or they do not compile.
                let ours::$module::$name { $($field: _),* } = ours;
                let theirs::$name { $($field: _),* } = theirs;
                $({
                    struct $field;
                    let pair = (ours.$field, theirs.$field);
                    same_abi($field, pair);
                })*
            };
        )*
        /// The structs that are compared.
        pub const STRUCTS: &[&str] = &[$(stringify!($name)),*];
    };
}

/// Names of types, by what they stand for.
macro_rules! aliases {
    ($($module:ident::$name:ident)*) => {
        $(const _: fn(ours::$module::$name, theirs::$name) = |ours, theirs| {
            struct $name;
            let pair = (ours, theirs);
            same_abi($name, pair);
        };)*
        /// The type aliases that are compared.
        pub const ALIASES: &[&str] = &[$(stringify!($name)),*];
    };
}

macro_rules! infer {
    ($type:ty) => {
        _
    };
}

/// Compares the rows of the table that 9.0 has.
macro_rules! functions {
    (
        common { $($common:tt)* }
        v8 { $($v8:tt)* }
        v9 { $($v9:tt)* }
    ) => {
        functions!(@rows common; $($common)*);
        functions!(@rows v9; $($v9)*);
        pub(super) const NAMES: &[&[&str]] =
            &[functions!(@names $($common)*), functions!(@names $($v9)*)];
    };
    (@rows $module:ident; $(
        fn $name:ident as $_:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;
    )*) => {
        $(const _: fn() = || {
            struct $name;
            let ours: unsafe extern "C" fn($(infer!($type)),*) -> _ = ours::$module::$name;
            let theirs: unsafe extern "C" fn($(infer!($type)),*) -> _ = all_theirs::$name;
            let pair = (ours, theirs);
            same_abi($name, pair);
        };)*
    };
    (@names $(fn $name:ident as $_:ident $arguments:tt $(-> $result:ty)?;)*) => {
        &[$(stringify!($name)),*]
    };
}

/// Those of suricata-sys, and ours where it has none: then the comparison says nothing.
mod all_theirs {
    #[allow(unused_imports, reason = "see `absent`")]
    pub use super::absent::*;
    pub use suricata_sys::sys::*;
}

/// The functions that suricata-sys does not have, since only the host calls them, or since it leaves
/// them out. Should it come to have one, the name is ambiguous in `all_theirs` and does not compile.
mod absent {
    pub use suricata_thread_sys::common::GetProgramVersion;
    pub use suricata_thread_sys::v9::{SCStorageCleanup, SCStorageFinalize, SCStorageInit};
}

mod plugin {
    use super::*;
    ours::c_functions!(functions: plugin);
}

mod host {
    use super::*;
    ours::c_functions!(functions: host);
}

/// The names of the functions that the table has.
pub fn functions() -> Vec<&'static str> {
    [plugin::NAMES, host::NAMES].concat().concat()
}

/// Constants of a newtype here and of an enum there.
macro_rules! levels {
    ($($name:ident)*) => {
        impl SameAbi<theirs::SCLogLevel> for ours::common::SCLogLevel {}
        same_layout!(ours::common::SCLogLevel, theirs::SCLogLevel);
        $(const _: () = assert!(
            ours::common::SCLogLevel::$name.0 as i64 == theirs::SCLogLevel::$name as i64,
            concat!(stringify!($name), " has another value")
        );)*
        /// The log levels that are compared.
        pub const LEVELS: &[&str] = &[$(stringify!($name)),*];
    };
}

// The host's error code is an enum without negative values to suricata-sys, to a plugin an int:
// C returns both in the same way.
impl SameAbi<theirs::SCError> for c_int {}
same_layout!(c_int, theirs::SCError);

const _: () = assert!(
    ours::v9::SC_API_VERSION == theirs::SC_API_VERSION,
    "SC_API_VERSION has another value"
);
const _: fn() = || {
    struct SC_API_VERSION;
    let pair = (ours::v9::SC_API_VERSION, theirs::SC_API_VERSION);
    same_abi(SC_API_VERSION, pair);
};
/// The constants that are compared.
pub const CONSTANTS: &[&str] = &["SC_API_VERSION"];

structs! {
    common::SCPlugin { version, suricata_version, name, plugin_version, license, author, Init }
    v9::SCThreadStorageId { id }
}

levels! {
    SC_LOG_NOTSET SC_LOG_NONE SC_LOG_ERROR SC_LOG_WARNING SC_LOG_NOTICE SC_LOG_INFO SC_LOG_PERF
    SC_LOG_CONFIG SC_LOG_DEBUG
}

aliases! {
    common::SCFlowFinishCallbackFn
    common::SCFlowInitCallbackFn
    common::SCFlowUpdateCallbackFn
    common::SCPluginRegisterFunc
    common::SCThreadInitCallbackFn
}

/// Declares what suricata-sys does not have, so there is nothing to compare with: a
/// name for a type that is compared as an argument.
///
/// Should suricata-sys come to have one of them, its name is ambiguous here and does not compile.
macro_rules! only_ours {
    ($($name:ident)*) => {
        mod only_ours {
            #[allow(unused_imports, reason = "this is where a name would become ambiguous")]
            use suricata_sys::sys::*;
            use absent::*;
            #[allow(dead_code)]
            mod absent {
                $(pub struct $name;)*
            }
            $(const _: $name = $name;)*
        }
        /// What is not compared.
        pub const ONLY_OURS: &[&str] = &[$(stringify!($name)),*];
    };
}
only_ours! { StorageFreeFn }
