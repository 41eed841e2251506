// Written by bindgen from include/suricata_thread_8.h: change that, then run
// `UPDATE=1 ci/check generated`.

/** The plugin API version of Suricata 8.0.x, `0x0800`: what a plugin puts into
 `SCPlugin.version`.*/
pub const SC_API_VERSION: u64 = 2048;
/** Makes what a storage slot holds. Gets the size given at registration;
 returns null when it fails. It must not unwind.

 It runs on the thread that calls `ThreadAllocStorageById`.*/
pub type StorageAllocFn = ::core::option::Option<
    unsafe extern "C" fn(size: ::core::ffi::c_uint) -> *mut ::core::ffi::c_void,
>;
/// Names one slot of thread storage; passed by value.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct ThreadStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
 failed.*/
    pub id: ::core::ffi::c_int,
}
/// Names one slot of flow storage; passed by value.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct FlowStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
 failed.*/
    pub id: ::core::ffi::c_int,
}
unsafe extern "C" {
    /** Opens the registration of storage. Host only, on the main thread, before
 plugins are loaded.*/
    pub fn StorageInit();
    /** Closes the registration of storage: later ones are refused. Returns 0 on
 success. Host only, on the main thread, after plugins are loaded and before
 threads are created.*/
    pub fn StorageFinalize() -> ::core::ffi::c_int;
    /** Forgets all registrations of storage. Host only, on the main thread, at the
 end.*/
    pub fn StorageCleanup();
    /** The bytes of one thread's storage: slots registered × the size of a
 pointer. Any thread may call it once registration has closed.*/
    pub fn ThreadStorageSize() -> ::core::ffi::c_uint;
    /** Registers a slot that every thread has, empty at first, and whose content
 `Free` frees. `Alloc` makes the content of `size` bytes for
 `ThreadAllocStorageById`; with a null `Alloc` a plugin stores pointers of
 its own, and `size` must be that of a pointer. The name and the functions
 must stay valid for the life of the process.

 The id is negative when registration failed: it has closed, `name` is null
 or empty or taken by another slot of thread storage (the host logs that as
 an error), `Free` is null, `size` is 0 or does not go with a null `Alloc`,
 or the host is out of memory. Call it from `Init` only.*/
    pub fn ThreadStorageRegister(
        name: *const ::core::ffi::c_char,
        size: ::core::ffi::c_uint,
        Alloc: StorageAllocFn,
        Free: StorageFreeFn,
    ) -> ThreadStorageId;
    /** Returns what `tv` holds in the slot `id`; null if nothing was set.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn ThreadGetStorageById(
        tv: *const ThreadVars,
        id: ThreadStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Stores `ptr` in the slot `id` of `tv`, without freeing what was there.
 Returns 0 on success.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn ThreadSetStorageById(
        tv: *mut ThreadVars,
        id: ThreadStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Returns what `tv` holds in the slot `id`. If that is null, first stores what
 the slot's alloc function returns, if it has one.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn ThreadAllocStorageById(
        tv: *mut ThreadVars,
        id: ThreadStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Calls the slot's free function with what `tv` holds in the slot `id`, unless
 that is null, then empties the slot.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn ThreadFreeStorageById(tv: *mut ThreadVars, id: ThreadStorageId);
    /** Frees every slot of `tv`, in the order of the ids. Host only, on the thread
 that takes `tv` down, after its own thread has been joined.*/
    pub fn ThreadFreeStorage(tv: *mut ThreadVars);
    /** Registers a slot that every flow has, empty at first, and whose content
 `Free` frees. A plugin passes a null `Alloc`, and the size of a pointer. The
 name and the functions must stay valid for the life of the process. Names
 are apart from those of thread storage.

 The id is negative when registration failed, for the reasons that
 `ThreadStorageRegister` has. Call it from `Init` only.*/
    pub fn FlowStorageRegister(
        name: *const ::core::ffi::c_char,
        size: ::core::ffi::c_uint,
        Alloc: StorageAllocFn,
        Free: StorageFreeFn,
    ) -> FlowStorageId;
    /** Returns what `f` holds in the slot `id`; null if nothing was set.

 The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn FlowGetStorageById(
        f: *const Flow,
        id: FlowStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Stores `ptr` in the slot `id` of `f`, without freeing what was there.
 Returns 0 on success.

 The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn FlowSetStorageById(
        f: *mut Flow,
        id: FlowStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Writes when the last packet of `flow` was seen, as seconds since 1970 and
 microseconds: both 0 while flow init callbacks run.*/
    pub fn FlowGetLastTimeAsParts(flow: *mut Flow, secs: *mut u64, usecs: *mut u64);
    /// Returns the `FLOW_…` bits of `flow`, private to the version of the host.
    pub fn FlowGetFlags(flow: *mut Flow) -> u32;
    /// Returns the source port, in host byte order; 0 without ports.
    pub fn FlowGetSourcePort(flow: *mut Flow) -> u16;
    /// Returns the destination port, in host byte order; 0 without ports.
    pub fn FlowGetDestinationPort(flow: *mut Flow) -> u16;
}
