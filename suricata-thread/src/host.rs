//! Which Suricata has loaded the plugin, and its C functions.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use crate::sys::common::{
    SCFlowFinishCallbackFn, SCFlowInitCallbackFn, SCFlowUpdateCallbackFn, SCLogLevel,
    SCThreadInitCallbackFn, StorageFreeFn,
};
use crate::sys::v8::StorageAllocFn;
// 8.0's ids are the same C structs under other names.
use crate::sys::v9::{AppProto, SCFlowStorageId as FlowId, SCThreadStorageId as ThreadId};
use crate::sys::{Flow, Generation, ThreadVars, c_functions};

/// The host's functions of either generation, as far as the host has them.
#[allow(dead_code, reason = "one generation lacks what the other has")]
pub(crate) mod functions {
    use super::*;

    macro_rules! weak {
        (
            common { $(fn $common:ident as $_c:ident $common_type:tt $(-> $common_result:ty)?;)* }
            v8 { $(fn $v8:ident as $_8:ident $v8_type:tt $(-> $v8_result:ty)?;)* }
            v9 { $(fn $v9:ident as $_9:ident $v9_type:tt $(-> $v9_result:ty)?;)* }
        ) => {
            crate::host_functions! {
                $(pub(crate) fn $common $common_type $(-> $common_result)?;)*
                $(pub(crate) fn $v8 $v8_type $(-> $v8_result)?;)*
                $(pub(crate) fn $v9 $v9_type $(-> $v9_result)?;)*
            }
        };
    }
    c_functions!(weak: plugin);
    c_functions!(weak: mock);
}

/// Returns the generation of the Suricata that has loaded the plugin.
///
/// Returns `None` without a Suricata that this crate knows. Under the mock, returns the generation of the calling
/// thread's host, or `None` if it has none. May be called on any thread.
///
/// ```
/// use suricata_thread::{Generation, generation};
/// # use suricata_thread_mock::Host;
///
/// assert_eq!(generation(), None); // no Suricata here
/// # let host = Host::builder().generation(Generation::V9).build();
/// # assert_eq!(generation(), Some(Generation::V9));
/// # drop(host);
/// # let host = Host::builder().generation(Generation::V8).build();
/// # assert_eq!(generation(), Some(Generation::V8));
/// ```
pub fn generation() -> Option<Generation> {
    find_generation().ok()
}

/// Returns the version of the Suricata that has loaded the plugin, such as `8.0.8 RELEASE`.
///
/// Returns `None` without a Suricata, or if it does not tell its version. May be called on any thread.
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{SCLogNotice, host_version};
///
/// fn greet() {
///     SCLogNotice!("my-plugin: runs in {}", host_version().unwrap_or("no Suricata"));
/// }
/// ```
pub fn host_version() -> Option<&'static str> {
    match find_generation() {
        Err(Unsuitable::NoHost) => None,
        _ => version_text(),
    }
}

fn version_text() -> Option<&'static str> {
    // SAFETY: takes nothing, and returns NULL or a text that is never freed (H9).
    let version = unsafe { functions::GetProgramVersion?() };
    if version.is_null() {
        return None;
    }
    // SAFETY: not NULL, and a C string for the life of the process (H9).
    unsafe { CStr::from_ptr(version) }.to_str().ok()
}

/// Returns `false` if the version of a real host begins with a number that is no known generation's.
fn is_known(version: &str) -> bool {
    match version.as_bytes() {
        [digit @ b'0'..=b'9', b'.', ..] => Generation::from_major((digit - b'0').into()).is_some(),
        [b'0'..=b'9', ..] => false,
        _ => true,
    }
}

/// Returns `true` if no Suricata and no mock of one is in this process.
pub(crate) fn is_absent() -> bool {
    functions::SCLogMessage.is_none()
}

/// The error of registering without a Suricata.
pub(crate) const NO_HOST: &str = "there is no Suricata here; in a test, load the plugin into a Host of \
    the crate suricata-thread-mock";

/// The error of registering on a thread that belongs to no host of the mock.
const NO_HOSTS_THREAD: &str = "this thread belongs to no host of the mock; build a Host on it, or call Host::enter; \
    HostBuilder::every_thread is for threads that the plugin starts";

#[derive(Clone, Copy)]
pub(crate) enum Unsuitable {
    /// No function of Suricata is in this process, or the thread belongs to no host of the mock.
    NoHost,
    Unknown(&'static str),
}

impl Unsuitable {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NoHost if is_absent() => NO_HOST,
            Self::NoHost => NO_HOSTS_THREAD,
            Self::Unknown(reason) => reason,
        }
    }
}

const NO_STORAGE: Unsuitable = Unsuitable::Unknown(
    "it lacks SCThreadStorageRegister, which 9.0 has, and ThreadStorageRegister, which 8.0.x has; \
     use Suricata 8.0.x or 9.0",
);
const OTHER_MAJOR: Unsuitable =
    Unsuitable::Unknown("it is of another major version; use Suricata 8.0.x or 9.0");
const NOT_UNDERSTOOD: Unsuitable = Unsuitable::Unknown(
    "it has the functions of several versions, and suricata_thread_mock_generation_1 doesn't say \
     which it plays; use the versions of suricata-thread and suricata-thread-mock that go together",
);

/// Returns the generation of the host that the calling thread belongs to.
///
/// A real host is told by its symbols. The mock has the symbols of every generation and may run
/// several hosts at a time, so it is asked.
pub(crate) fn find_generation() -> Result<Generation, Unsuitable> {
    if let Some(ask) = functions::suricata_thread_mock_generation_1 {
        // SAFETY: takes nothing, and returns a number.
        return match unsafe { ask() } {
            0 => Err(Unsuitable::NoHost),
            answer => Generation::from_major(answer).ok_or(NOT_UNDERSTOOD),
        };
    }
    let is_8 = functions::ThreadStorageRegister.is_some();
    let is_9 = functions::SCThreadStorageRegister.is_some();
    let generation = match (is_8, is_9) {
        (true, false) => Generation::V8,
        (false, true) => Generation::V9,
        (true, true) => return Err(NOT_UNDERSTOOD),
        (false, false) if functions::SCLogMessage.is_some() => return Err(NO_STORAGE),
        (false, false) => return Err(Unsuitable::NoHost),
    };
    // A later Suricata may have the same names with other types.
    if version_text().is_some_and(|version| !is_known(version)) {
        return Err(OTHER_MAJOR);
    }
    Ok(generation)
}

/// Returns `true` inside a callback that a mock runs.
pub(crate) fn is_inside_callback() -> bool {
    // SAFETY: takes nothing, and returns a number.
    functions::suricata_thread_mock_inside_1.is_some_and(|ask| unsafe { ask() } != 0)
}

/// Tells the hosts of one process apart: mocks have a number each, a real Suricata is alone.
pub(crate) fn number() -> c_uint {
    // SAFETY: takes nothing, and returns a number.
    functions::suricata_thread_mock_host_1.map_or(0, |ask| unsafe { ask() })
}

/// The error if the host lacks a function that every plugin needs.
pub(crate) const LACKING: &str = "this Suricata lacks the C function for it; the plugin runs in \
    Suricata 8.0.x and 9.0";

pub(crate) type FreeFn = unsafe extern "C" fn(*mut c_void);

/// Returns `true` if the calling thread's host is 9.0, and `false` if it is 8.0. Cheaper than [`generation`], for a caller
/// that has a flow or a thread of a known host.
pub(crate) fn is_9() -> bool {
    match functions::suricata_thread_mock_generation_1 {
        // SAFETY: takes nothing, and returns a number.
        Some(ask) => unsafe { ask() == Generation::V9.major() },
        None => functions::SCThreadStorageRegister.is_some(),
    }
}
