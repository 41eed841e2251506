// Written by bindgen from include/suricata_thread_9.h: change that, then run
// `UPDATE=1 ci/check generated`.

/// The plugin API version of Suricata 9.0, `0x0900`, for `SCPlugin.version`.
pub const SC_API_VERSION: u64 = 2304;
/// The id of a slot of thread storage.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct SCThreadStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
 failed.*/
    pub id: ::core::ffi::c_int,
}
/// The id of a slot of flow storage.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct SCFlowStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
 failed.*/
    pub id: ::core::ffi::c_int,
}
/// The host's number of an application-layer protocol.
pub type AppProto = u16;
unsafe extern "C" {
    /** Opens the registration of storage. Host only, on the main thread, before
 plugins are loaded.*/
    pub fn SCStorageInit();
    /** Closes the registration of storage: later ones are refused. Returns 0 on
 success. Host only, on the main thread, after plugins are loaded and before
 threads are created.*/
    pub fn SCStorageFinalize() -> ::core::ffi::c_int;
    /** Forgets all registrations of storage. Host only, on the main thread, at the
 end.*/
    pub fn SCStorageCleanup();
    /** Returns the size of one thread's storage in bytes: slots registered × the
 size of a pointer. Any thread may call it once registration has closed.*/
    pub fn SCThreadStorageSize() -> ::core::ffi::c_uint;
    /** Registers a slot for every thread, empty at first. `Free` frees its content.
 `name` and `Free` must stay valid for the life of the process.

 The id is negative when registration failed: it has closed, `name` is null
 or empty or taken by another slot of thread storage (the host logs that as
 an error), `Free` is null, or the host is out of memory. Call it from `Init`
 only.*/
    pub fn SCThreadStorageRegister(
        name: *const ::core::ffi::c_char,
        Free: StorageFreeFn,
    ) -> SCThreadStorageId;
    /** Returns the pointer in the slot `id` of `tv`, or null if none was set.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn SCThreadGetStorageById(
        tv: *const ThreadVars,
        id: SCThreadStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Stores `ptr` in the slot `id` of `tv`, without freeing the previous one.
 Returns 0 on success.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn SCThreadSetStorageById(
        tv: *mut ThreadVars,
        id: SCThreadStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Calls the slot's free function with the pointer in the slot `id` of `tv`,
 unless that is null, then empties the slot.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn SCThreadFreeStorageById(tv: *mut ThreadVars, id: SCThreadStorageId);
    /** Frees every slot of `tv`, in the order of the ids. Host only, on the thread
 that takes `tv` down, after its own thread has been joined.*/
    pub fn SCThreadFreeStorage(tv: *mut ThreadVars);
    /** Registers a slot for every flow, empty at first. `Free` frees its content.
 `name` and `Free` must stay valid for the life of the process. Thread
 storage may have the same name.

 The id is negative when registration failed, for the same reasons
 as for `SCThreadStorageRegister`. Call it from `Init` only.*/
    pub fn SCFlowStorageRegister(
        name: *const ::core::ffi::c_char,
        Free: StorageFreeFn,
    ) -> SCFlowStorageId;
    /** Returns the pointer in the slot `id` of `f`, or null if none was set.

 The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn SCFlowGetStorageById(
        f: *const Flow,
        id: SCFlowStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Stores `ptr` in the slot `id` of `f`, without freeing the previous one.
 Returns 0 on success.

 The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn SCFlowSetStorageById(
        f: *mut Flow,
        id: SCFlowStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Writes the time of the last packet of `flow`, as seconds since 1970 and
 microseconds. Both are 0 in flow init callbacks.*/
    pub fn SCFlowGetLastTimeAsParts(flow: *const Flow, secs: *mut u64, usecs: *mut u64);
    /// Returns the `FLOW_…` bits of `flow`, whose meaning depends on the host's version.
    pub fn SCFlowGetFlags(flow: *const Flow) -> u64;
    /// Returns the source port, in host byte order; 0 without ports.
    pub fn SCFlowGetSourcePort(flow: *const Flow) -> u16;
    /// Returns the destination port, in host byte order; 0 without ports.
    pub fn SCFlowGetDestinationPort(flow: *const Flow) -> u16;
    /// Returns true if the addresses of `flow` are of IPv4.
    pub fn SCFlowIsIPv4(flow: *const Flow) -> bool;
    /// Returns true if the addresses of `flow` are of IPv6.
    pub fn SCFlowIsIPv6(flow: *const Flow) -> bool;
    /// Returns the number of the IP protocol: 6 for TCP, 17 for UDP.
    pub fn SCFlowGetIPProtocol(flow: *const Flow) -> u8;
    /// Returns the application-layer protocol that the host has found so far.
    pub fn SCFlowGetAppProtocol(f: *const Flow) -> AppProto;
    /** Returns the source address: 4 bytes for IPv4, 16 for IPv6, in network byte
 order. It is valid as long as the flow.*/
    pub fn SCFlowGetSourceAddressAsRawPtr(flow: *const Flow) -> *const u8;
    /// Returns the destination address, in the form of the source address.
    pub fn SCFlowGetDestinationAddressAsRawPtr(flow: *const Flow) -> *const u8;
    /// Returns the number of packets to the server so far.
    pub fn SCFlowGetToServerPacketCount(flow: *const Flow) -> u32;
    /// Returns the number of packets to the client so far.
    pub fn SCFlowGetToClientPacketCount(flow: *const Flow) -> u32;
}
