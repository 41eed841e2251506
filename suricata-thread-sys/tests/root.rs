//! The crate root: one set of names for either generation, and what only one of them has. The
//! constants below are never used, so that nothing has to define the functions: that they compile is
//! the test.

use core::ffi::{c_int, c_uint, c_void};

use suricata_thread_sys as sys;

const _: unsafe extern "C" fn() = sys::SCStorageInit;
const _: unsafe extern "C" fn() -> c_int = sys::SCStorageFinalize;
const _: unsafe extern "C" fn() = sys::SCStorageCleanup;
const _: unsafe extern "C" fn() -> c_uint = sys::SCThreadStorageSize;
const _: unsafe extern "C" fn(*const sys::ThreadVars, sys::SCThreadStorageId) -> *mut c_void =
    sys::SCThreadGetStorageById;
const _: unsafe extern "C" fn(*mut sys::ThreadVars, sys::SCThreadStorageId, *mut c_void) -> c_int =
    sys::SCThreadSetStorageById;
const _: unsafe extern "C" fn(*mut sys::ThreadVars, sys::SCThreadStorageId) =
    sys::SCThreadFreeStorageById;
const _: unsafe extern "C" fn(*mut sys::ThreadVars) = sys::SCThreadFreeStorage;
const _: unsafe extern "C" fn(sys::SCThreadInitCallbackFn, *mut c_void) -> bool =
    sys::SCThreadRegisterInitCallback;

#[cfg(not(feature = "suricata-8"))]
mod selected {
    use core::ffi::c_char;

    use suricata_thread_sys as sys;

    const _: unsafe extern "C" fn(*const c_char, sys::StorageFreeFn) -> sys::SCThreadStorageId =
        sys::SCThreadStorageRegister;

    #[test]
    fn the_api_version_is_that_of_9() {
        assert_eq!(sys::SC_API_VERSION, 0x0900);
    }
}

#[cfg(feature = "suricata-8")]
mod selected {
    use core::ffi::{c_char, c_uint, c_void};

    use suricata_thread_sys as sys;

    const _: unsafe extern "C" fn(
        *const c_char,
        c_uint,
        sys::StorageAllocFn,
        sys::StorageFreeFn,
    ) -> sys::SCThreadStorageId = sys::ThreadStorageRegister;
    const _: unsafe extern "C" fn(*mut sys::ThreadVars, sys::SCThreadStorageId) -> *mut c_void =
        sys::ThreadAllocStorageById;

    #[test]
    fn the_api_version_is_that_of_8() {
        assert_eq!(sys::SC_API_VERSION, 0x0800);
    }
}

#[test]
fn a_level_that_has_no_name_is_a_value_like_any_other() {
    let level = sys::SCLogLevel(42);
    assert_ne!(level, sys::SCLogLevel::SC_LOG_DEBUG);
    assert_eq!(level.0, 42);
}

#[test]
fn a_callback_that_is_absent_is_a_null_pointer() {
    assert_eq!(size_of::<sys::StorageFreeFn>(), size_of::<*const c_void>());
    assert_eq!(
        size_of::<sys::SCThreadInitCallbackFn>(),
        size_of::<*const c_void>()
    );
}
