// Written by bindgen from include/suricata_thread_9.h: change that, then run
// `UPDATE=1 ci/check generated`.

/// The plugin API version of Suricata 9.0, `0x0900`, for `SCPlugin.version`.
pub const SC_API_VERSION: u64 = 2304;
/// The id of a slot of thread storage.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct SCThreadStorageId {
    /** Counts up from 0 over all slots of thread storage, the host's own included.

 Negative if registration failed.*/
    pub id: ::core::ffi::c_int,
}
/// The id of a slot of flow storage.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct SCFlowStorageId {
    /** Counts up from 0 over all slots of flow storage, the host's own included.

 Negative if registration failed.*/
    pub id: ::core::ffi::c_int,
}
/// The host's number of an application-layer protocol.
pub type AppProto = u16;
unsafe extern "C" {
    /** Opens the registration of storage.

 Host only: the host calls it on the main thread before it loads plugins.*/
    pub fn SCStorageInit();
    /** Closes the registration of storage: later slots are refused.

 Returns 0 on success. Host only: the host calls it on the main thread after
 it has loaded plugins and before it creates threads.*/
    pub fn SCStorageFinalize() -> ::core::ffi::c_int;
    /** Forgets all registrations of storage.

 Host only: the host calls it on the main thread at its end.*/
    pub fn SCStorageCleanup();
    /** Returns the size of one thread's storage in bytes, a pointer for each slot.

 Any thread may call it once registration has closed.*/
    pub fn SCThreadStorageSize() -> ::core::ffi::c_uint;
    /** Registers a slot for every thread, empty at first.

 `Free` frees the content. `name` and `Free` must stay valid for the life of the
 process.

 The id is negative if registration has closed, `name` is null or empty or
 another slot of thread storage has it (the host logs that as an error), `Free`
 is null, or the host is out of memory. Call it from `Init` only.*/
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
    /** Stores `ptr` in the slot `id` of `tv`, without freeing the previous pointer.

 Returns 0 on success. The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn SCThreadSetStorageById(
        tv: *mut ThreadVars,
        id: SCThreadStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Frees the content of the slot `id` of `tv`, if any, and empties the slot.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn SCThreadFreeStorageById(tv: *mut ThreadVars, id: SCThreadStorageId);
    /** Frees the content of every slot of `tv`, in the order of the ids.

 Host only: the host calls it on the thread that takes down the thread of `tv`,
 after joining it.*/
    pub fn SCThreadFreeStorage(tv: *mut ThreadVars);
    /** Registers a slot for every flow, empty at first.

 `Free` frees the content. `name` and `Free` must stay valid for the life of the
 process. A slot of thread storage may have the same name.

 The id is negative for the same reasons as for `SCThreadStorageRegister`. Call
 it from `Init` only.*/
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
    /** Stores `ptr` in the slot `id` of `f`, without freeing the previous pointer.

 Returns 0 on success. The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn SCFlowSetStorageById(
        f: *mut Flow,
        id: SCFlowStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Writes the time of the latest packet of `flow`, counted from the Unix epoch,
 as seconds and microseconds.

 Both are 0 in flow init callbacks.*/
    pub fn SCFlowGetLastTimeAsParts(flow: *const Flow, secs: *mut u64, usecs: *mut u64);
    /// Returns the `FLOW_…` bits of `flow`, whose meaning depends on the host's version.
    pub fn SCFlowGetFlags(flow: *const Flow) -> u64;
    /** Returns the source port, in host byte order.

 For protocols without ports, Suricata 8.0.8 has other data here: for ICMP the
 type and code of a message, for ESP a part of the SPI.*/
    pub fn SCFlowGetSourcePort(flow: *const Flow) -> u16;
    /** Returns the destination port, in host byte order, or other data as in
 `SCFlowGetSourcePort`.*/
    pub fn SCFlowGetDestinationPort(flow: *const Flow) -> u16;
    /// Returns true if the addresses of `flow` are IPv4 addresses.
    pub fn SCFlowIsIPv4(flow: *const Flow) -> bool;
    /// Returns true if the addresses of `flow` are IPv6 addresses.
    pub fn SCFlowIsIPv6(flow: *const Flow) -> bool;
    /// Returns the IP protocol number, such as 6 for TCP.
    pub fn SCFlowGetIPProtocol(flow: *const Flow) -> u8;
    /// Returns the application-layer protocol that the host has found so far.
    pub fn SCFlowGetAppProtocol(f: *const Flow) -> AppProto;
    /** Returns the source address: 4 bytes for IPv4, 16 for IPv6, in network byte
 order.

 The pointer is valid as long as the flow.*/
    pub fn SCFlowGetSourceAddressAsRawPtr(flow: *const Flow) -> *const u8;
    /** Returns the destination address, in the form that
 `SCFlowGetSourceAddressAsRawPtr` has.*/
    pub fn SCFlowGetDestinationAddressAsRawPtr(flow: *const Flow) -> *const u8;
    /// Returns the number of packets to the server so far.
    pub fn SCFlowGetToServerPacketCount(flow: *const Flow) -> u32;
    /// Returns the number of packets to the client so far.
    pub fn SCFlowGetToClientPacketCount(flow: *const Flow) -> u32;
}
