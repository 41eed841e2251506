//! What the host keeps storage for: threads and flows. Each has C functions and error messages of its own.

use std::ffi::{c_char, c_int, c_void};

use crate::host::FreeFn;
use crate::sys::Generation;

pub(crate) struct Errors {
    pub(crate) empty_name: &'static str,
    pub(crate) long_name: &'static str,
    pub(crate) control_in_name: &'static str,
    pub(crate) hosts_name: &'static str,
    pub(crate) refused: &'static str,
}

/// The errors for slots of `$storage`. `$taken` is what Suricata does if one of its own names is taken.
macro_rules! errors {
    ($storage:literal, $taken:literal) => {
        Errors {
            empty_name: concat!($storage, ": the name is empty; give each slot a name of its own"),
            long_name: concat!(
                $storage,
                ": the name is longer than 255 bytes; give the slot a shorter one"
            ),
            control_in_name: concat!(
                $storage,
                ": the name contains a control character, such as a NUL, a line break or a bidirectional \
                 override; the host logs the name as it is, so leave them out"
            ),
            hosts_name: concat!(
                $storage,
                ": Suricata registers a slot of this name for itself, after its plugins, and ",
                $taken,
                " where the name is taken; start the name with the plugin's own"
            ),
            refused: concat!(
                $storage,
                ": the host refused the slot; either a slot of this name exists already (the \
                 host's log says so), or its storage registration has closed, or it is out of memory"
            ),
        }
    };
}
pub(crate) use errors;

pub(crate) type GetFn<O> = unsafe extern "C" fn(*const O, <O as Owner>::Id) -> *mut c_void;
pub(crate) type SetFn<O> = unsafe extern "C" fn(*mut O, <O as Owner>::Id, *mut c_void) -> c_int;

/// A C type that the host keeps storage for.
pub(crate) trait Owner: Sized {
    type Id: Copy;
    const ERRORS: Errors;
    const HOSTS_SLOTS: &'static [&'static str];

    fn number(id: Self::Id) -> c_int;

    /// Returns the functions that read and write a slot, if the host has them.
    fn access(generation: Generation) -> Option<(GetFn<Self>, SetFn<Self>)>;

    /// Registers a slot with the host; returns `None` if it lacks the function.
    ///
    /// # Safety
    ///
    /// `name` is a C string, for the life of the process if the result is not negative. `free` frees what is stored in
    /// the slot. Calls come one at a time, while the host loads plugins.
    unsafe fn register(
        generation: Generation,
        name: *const c_char,
        free: FreeFn,
    ) -> Option<Self::Id>;
}

/// An owner that is lent to a callback.
///
/// # Safety
///
/// Both pointers are always the same one, to a live owner that the calling thread alone uses while it is lent.
pub(crate) unsafe trait Lent {
    type Raw: Owner;
    fn raw(&self) -> *const Self::Raw;
    fn raw_mut(&mut self) -> *mut Self::Raw;
}
