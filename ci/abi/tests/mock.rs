//! The mock defines each function that is declared: of the very type of the declaration, which does
//! not compile otherwise, and under the symbol that a plugin looks for.

mod declared;

use suricata_thread_mock::c_api;
use suricata_thread_sys as sys;

#[diagnostic::on_unimplemented(
    message = "the mock's `{Name}` does not have the type of its declaration",
    label = "defined as `{Self}`, declared as `{Declared}`"
)]
trait DefinedAs<Name, Declared> {}

impl<Name, T> DefinedAs<Name, T> for T {}

/// The pair must be a variable: its type is then known before the trait is looked for.
fn same_type<Name, Declared, Defined: DefinedAs<Name, Declared>>(_: Name, _: (Declared, Defined)) {}

macro_rules! defined {
    ($test:ident, $module:ident, $bindings:expr, { $($name:ident($($argument:tt),*);)* }) => {
        #[test]
        fn $test() {
            $({
                let declared: unsafe extern "C" fn($($argument),*) -> _ = sys::$module::$name;
                let defined: unsafe extern "C" fn($($argument),*) -> _ = c_api::$module::$name;
                struct $name;
                let pair = (declared, defined);
                same_type($name, pair);
                assert_eq!(
                    declared as *const (),
                    defined as *const (),
                    "another symbol of the name {} was linked",
                    stringify!($name)
                );
            })*
            declared::assert_listed(&declared::functions($bindings), &[$(stringify!($name)),*]);
        }
    };
}

defined!(the_mock_defines_what_is_common, common, declared::COMMON, {
    SCFlowRegisterFinishCallback(_, _);
    SCFlowRegisterInitCallback(_, _);
    SCFlowRegisterUpdateCallback(_, _);
    SCFlowRunFinishCallbacks(_, _);
    SCFlowRunInitCallbacks(_, _, _);
    SCFlowRunUpdateCallbacks(_, _, _);
    SCLogGetLogLevel();
    SCLogMessage(_, _, _, _, _, _);
    SCThreadRegisterInitCallback(_, _);
    SCThreadRunInitCallbacks(_);
});

defined!(the_mock_defines_the_names_of_8, v8, declared::V8, {
    StorageCleanup();
    StorageFinalize();
    StorageInit();
    ThreadAllocStorageById(_, _);
    ThreadFreeStorage(_);
    ThreadFreeStorageById(_, _);
    ThreadGetStorageById(_, _);
    ThreadSetStorageById(_, _, _);
    ThreadStorageRegister(_, _, _, _);
    ThreadStorageSize();
});

defined!(the_mock_defines_the_names_of_9, v9, declared::V9, {
    SCStorageCleanup();
    SCStorageFinalize();
    SCStorageInit();
    SCThreadFreeStorage(_);
    SCThreadFreeStorageById(_, _);
    SCThreadGetStorageById(_, _);
    SCThreadSetStorageById(_, _, _);
    SCThreadStorageRegister(_, _);
    SCThreadStorageSize();
});
