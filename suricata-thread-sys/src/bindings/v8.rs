// Written by bindgen from include/suricata_thread_8.h: change that, then run
// `UPDATE=1 ci/check generated`.

/// The plugin API version of Suricata 8.0.x, `0x0800`, for `SCPlugin.version`.
pub const SC_API_VERSION: u64 = 2048;
/** Allocates the content of a storage slot, or returns null if that fails.

 `size` is the size given at registration. It runs on the thread that calls
 `ThreadAllocStorageById`. It must not unwind.*/
pub type StorageAllocFn = ::core::option::Option<
    unsafe extern "C" fn(size: ::core::ffi::c_uint) -> *mut ::core::ffi::c_void,
>;
/// The id of a slot of thread storage.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct ThreadStorageId {
    /** Counts up from 0 over all slots of thread storage, the host's own included.

 Negative if registration failed.*/
    pub id: ::core::ffi::c_int,
}
/// The id of a slot of flow storage.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct FlowStorageId {
    /** Counts up from 0 over all slots of flow storage, the host's own included.

 Negative if registration failed.*/
    pub id: ::core::ffi::c_int,
}
unsafe extern "C" {
    /** Opens the registration of storage.

 Host only: the host calls it on the main thread before it loads plugins.*/
    pub fn StorageInit();
    /** Closes the registration of storage: later slots are refused.

 Returns 0 on success. Host only: the host calls it on the main thread after
 it has loaded plugins and before it creates threads.*/
    pub fn StorageFinalize() -> ::core::ffi::c_int;
    /** Forgets all registrations of storage.

 Host only: the host calls it on the main thread at its end.*/
    pub fn StorageCleanup();
    /** Returns the size of one thread's storage in bytes, a pointer for each slot.

 Any thread may call it once registration has closed.*/
    pub fn ThreadStorageSize() -> ::core::ffi::c_uint;
    /** Registers a slot for every thread, empty at first.

 `Free` frees the content, and `Alloc` allocates it for
 `ThreadAllocStorageById`. If `Alloc` is null, the plugin stores pointers of its
 own, and `size` must be that of a pointer. The name and the functions must stay
 valid for the life of the process.

 The id is negative if registration has closed, `name` is null or empty or
 another slot of thread storage has it (the host logs that as an error), `Free`
 is null, `size` is 0, `Alloc` is null and `size` is not that of a pointer, or
 the host is out of memory. Call it from `Init` only.*/
    pub fn ThreadStorageRegister(
        name: *const ::core::ffi::c_char,
        size: ::core::ffi::c_uint,
        Alloc: StorageAllocFn,
        Free: StorageFreeFn,
    ) -> ThreadStorageId;
    /** Returns the pointer in the slot `id` of `tv`, or null if none was set.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn ThreadGetStorageById(
        tv: *const ThreadVars,
        id: ThreadStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Stores `ptr` in the slot `id` of `tv`, without freeing the previous pointer.

 Returns 0 on success. The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn ThreadSetStorageById(
        tv: *mut ThreadVars,
        id: ThreadStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Returns the pointer in the slot `id` of `tv`, allocating the content first if
 the slot is empty and has an alloc function.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn ThreadAllocStorageById(
        tv: *mut ThreadVars,
        id: ThreadStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Frees the content of the slot `id` of `tv`, if any, and empties the slot.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn ThreadFreeStorageById(tv: *mut ThreadVars, id: ThreadStorageId);
    /** Frees the content of every slot of `tv`, in the order of the ids.

 Host only: the host calls it on the thread that takes down the thread of `tv`,
 after joining it.*/
    pub fn ThreadFreeStorage(tv: *mut ThreadVars);
    /** Registers a slot for every flow, empty at first.

 `Free` frees the content. A plugin passes a null `Alloc`, and the size of a
 pointer. The name and the functions must stay valid for the life of the
 process. A slot of thread storage may have the same name.

 The id is negative for the same reasons as for `ThreadStorageRegister`. Call it
 from `Init` only.*/
    pub fn FlowStorageRegister(
        name: *const ::core::ffi::c_char,
        size: ::core::ffi::c_uint,
        Alloc: StorageAllocFn,
        Free: StorageFreeFn,
    ) -> FlowStorageId;
    /** Returns the pointer in the slot `id` of `f`, or null if none was set.

 The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn FlowGetStorageById(
        f: *const Flow,
        id: FlowStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Stores `ptr` in the slot `id` of `f`, without freeing the previous pointer.

 Returns 0 on success. The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn FlowSetStorageById(
        f: *mut Flow,
        id: FlowStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Writes the time of the latest packet of `flow`, counted from the Unix epoch,
 as seconds and microseconds.

 Both are 0 in flow init callbacks.*/
    pub fn FlowGetLastTimeAsParts(flow: *mut Flow, secs: *mut u64, usecs: *mut u64);
    /// Returns the `FLOW_…` bits of `flow`, whose meaning depends on the host's version.
    pub fn FlowGetFlags(flow: *mut Flow) -> u32;
    /** Returns the source port, in host byte order.

 For protocols without ports, Suricata 8.0.8 has other data here: for ICMP the
 type and code of a message, for ESP a part of the SPI.*/
    pub fn FlowGetSourcePort(flow: *mut Flow) -> u16;
    /** Returns the destination port, in host byte order, or other data as in
 `FlowGetSourcePort`.*/
    pub fn FlowGetDestinationPort(flow: *mut Flow) -> u16;
}
