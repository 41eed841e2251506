use std::any::type_name;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::ThreadVars;
use crate::handle::handle;
use crate::host::{FreeFn, functions};
use crate::owner::{Errors, GetFn, Lent, Owner, SetFn, errors};
use crate::set_error::{InsertError, SetError};
use crate::sys::v9::SCThreadStorageId as ThreadId;
use crate::sys::{self, Generation};
use crate::typed::Typed;

handle! {
    /// A slot that holds one `T` for each thread of the host.
    ///
    /// The handle is a number: copy it into the callbacks that need it. Every thread starts with the
    /// slot empty. A value lives in the thread's own storage, reached through the
    /// [`ThreadVars`] that a callback is given, so no lock is taken and none is needed.
    ///
    /// # Whose thread
    ///
    /// A value is made by the callback that inserts it. In a thread init callback that is the thread
    /// which *creates* the new one (the main thread; in unix-socket mode the unix manager); in a flow
    /// callback it is the thread itself. It is then used on its own thread, and dropped by the thread
    /// that takes the thread down after joining it (the main thread; in unix-socket mode the unix
    /// manager), slot after slot in the order of registration. Hence `T: Send`, but not `Sync`.
    ///
    /// A few threads of the host are never taken down (those that serve commands, such as the unix
    /// manager); a value that they hold is not dropped.
    ///
    /// # Panics in `Drop`
    ///
    /// A panic while the host drops a value is logged at error level and goes no further. See
    /// [the crate's notes](crate#panics).
    ///
    /// # Variance
    ///
    /// The handle is invariant in `T`. Were it covariant, a slot of `for<'a> fn(&'a str)` could be
    /// taken for one of `fn(&'static str)`, and reading from one what went into the other would hand
    /// out references to freed memory.
    ///
    /// ```compile_fail,E0308
    /// # use suricata_thread::ThreadStorage;
    /// fn as_static(slot: ThreadStorage<for<'a> fn(&'a str)>) -> ThreadStorage<fn(&'static str)> {
    ///     slot
    /// }
    /// ```
    ThreadStorage, ThreadVars, sys::ThreadVars, "thread"
}

impl Owner for sys::ThreadVars {
    type Id = ThreadId;
    const ERRORS: Errors = errors!("thread storage", "does not start");
    // Those that make Suricata end where a plugin took the name; as of 8.0.8 and 9.0.0-dev.
    const HOSTS_SLOTS: &'static [&'static str] = &["threshold_cache"];

    fn number(id: ThreadId) -> c_int {
        id.id
    }

    fn access(generation: Generation) -> Option<(GetFn<Self>, SetFn<Self>)> {
        match generation {
            Generation::V8 => functions::ThreadGetStorageById.zip(functions::ThreadSetStorageById),
            Generation::V9 => {
                functions::SCThreadGetStorageById.zip(functions::SCThreadSetStorageById)
            }
            _ => None,
        }
    }

    unsafe fn register(
        generation: Generation,
        name: *const c_char,
        free: FreeFn,
    ) -> Option<ThreadId> {
        // Without an alloc function 8.0 takes no other size.
        const SIZE: c_uint = size_of::<*mut c_void>() as c_uint;
        match generation {
            // SAFETY: the caller's promise.
            Generation::V8 => unsafe {
                Some(functions::ThreadStorageRegister?(
                    name,
                    SIZE,
                    None,
                    Some(free),
                ))
            },
            // SAFETY: the caller's promise.
            Generation::V9 => unsafe {
                Some(functions::SCThreadStorageRegister?(name, Some(free)))
            },
            _ => None,
        }
    }
}

// SAFETY: one pointer; `ThreadVars::from_ptr` asks for the rest.
unsafe impl Lent for ThreadVars<'_> {
    type Raw = sys::ThreadVars;

    fn raw(&self) -> *const sys::ThreadVars {
        self.as_ptr()
    }

    fn raw_mut(&mut self) -> *mut sys::ThreadVars {
        self.as_mut_ptr()
    }
}
