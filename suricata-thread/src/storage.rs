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
    /// The handle is [`Copy`]: copy it into the callbacks that need it. The slot is empty when a thread is created. A
    /// callback reaches the value through its thread's [`ThreadVars`], so no lock is needed.
    ///
    /// A value may be made on one thread (in a thread init callback), used on another and [dropped on a
    /// third](crate#which-thread-runs-what). Hence `T` must be [`Send`], but need not be [`Sync`]. The values of a
    /// thread are dropped in the order in which their slots were registered.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// use suricata_thread::{ThreadStorage, flow, log_limited};
    ///
    /// fn init() -> Result<(), &'static str> {
    ///     let flows = ThreadStorage::<u64>::register("my-plugin")?;
    ///     flow::register_init_callback(move |tv, _flow, _packet| {
    ///         match flows.get_or_insert_default(tv) {
    ///             Ok(flows) => *flows += 1,
    ///             Err(error) => log_limited!(Error, "my-plugin: a flow is not counted: {error}"),
    ///         }
    ///     })
    /// }
    /// # let host = Host::new();
    /// # suricata_thread::plugin::load_in_mock("my-plugin", init).unwrap();
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 3, ..Traffic::default() });
    /// # host.shutdown();
    /// ```
    ThreadStorage, ThreadVars, sys::ThreadVars, "thread"
}

impl Owner for sys::ThreadVars {
    type Id = ThreadId;
    const ERRORS: Errors = errors!("thread storage", "does not start");
    // Suricata ends if a plugin has taken the name; as of 8.0.8 and 9.0.0-dev.
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
