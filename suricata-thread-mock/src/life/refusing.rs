//! Failures on demand.

use crate::life::host::Host;

impl Host {
    /// Refuses the `n`-th registration of a thread or flow callback from now, as if memory had run
    /// out.
    ///
    /// 1 is the next one; 0 refuses none. `suricata-thread` registers two callbacks of its own at
    /// the beginning of `Init`. So the author's first one is the third if this is called before
    /// [`Host::load`], and the first if `init` calls it.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use std::ptr::null_mut;
    /// # use suricata_thread_mock::Host;
    /// # use suricata_thread_sys::common::SCThreadRegisterInitCallback;
    /// # use suricata_thread_sys::ThreadVars;
    /// # unsafe extern "C" fn on_thread(_: *mut ThreadVars, _: *mut c_void) {}
    /// let host = Host::new();
    /// host.refuse_callback(2);
    /// // SAFETY: `on_thread` uses no pointer.
    /// let register = || unsafe { SCThreadRegisterInitCallback(Some(on_thread), null_mut()) };
    /// assert_eq!([register(), register(), register()], [true, false, true]);
    /// ```
    pub fn refuse_callback(&self, n: u64) {
        self.state.faults.callback.set(n);
    }

    /// Refuses the `n`-th registration of a slot from now that would succeed, as if memory had run
    /// out.
    ///
    /// ```
    /// # use std::ffi::{CStr, c_void};
    /// # use suricata_thread_mock::{Generation, Host};
    /// # use suricata_thread_sys::v8::ThreadStorageRegister;
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// # fn register(name: &'static CStr) -> bool {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(name.as_ptr(), 8, None, Some(free)).id >= 0 }
    /// # }
    /// let host = Host::builder().generation(Generation::V8).build();
    /// host.refuse_slot(2);
    /// assert!(register(c"flows")); // calls SCThreadStorageRegister
    /// assert!(!register(c"packets"));
    /// assert!(register(c"bytes"));
    /// ```
    pub fn refuse_slot(&self, n: u64) {
        self.state.faults.slot.set(n);
    }

    /// Refuses the `n`-th set of a slot from now that would succeed.
    ///
    /// ```
    /// # use std::ffi::c_void;
    /// # use suricata_thread_sys::ThreadVars;
    /// # use suricata_thread_sys::v8::{
    /// #     ThreadSetStorageById, ThreadStorageId, ThreadStorageRegister,
    /// # };
    /// # unsafe extern "C" fn free(_: *mut c_void) {}
    /// # fn register() -> ThreadStorageId {
    /// #     // SAFETY: the name and the function stay; `free` takes any value.
    /// #     unsafe { ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free)) }
    /// # }
    /// # fn set(tv: *mut ThreadVars, slot: ThreadStorageId, value: usize) -> bool {
    /// #     // SAFETY: the host's pointer and id; `free` takes any value.
    /// #     unsafe { ThreadSetStorageById(tv, slot, std::ptr::without_provenance_mut(value)) == 0 }
    /// # }
    /// # use suricata_thread_mock::{Generation, Host, ThreadKind};
    /// let host = Host::builder().generation(Generation::V8).build();
    /// let slot = register(); // calls SCThreadStorageRegister
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// host.refuse_set(1);
    /// assert!(!worker.run(move |tv| set(tv, slot, 7))); // calls ThreadSetStorageById
    /// assert!(worker.run(move |tv| set(tv, slot, 7)));
    /// ```
    pub fn refuse_set(&self, n: u64) {
        self.state.faults.set.set(n);
    }
}
