// Written by bindgen from include/suricata_thread_9.h: change that, then run
// `UPDATE=1 ci/check generated`.

/** The plugin API version of Suricata 9.0, `0x0900`: what a plugin puts into
 `SCPlugin.version`.*/
pub const SC_API_VERSION: u64 = 2304;
/// Names one slot of thread storage; passed by value.
#[repr(C)]
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct SCThreadStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
 failed.*/
    pub id: ::core::ffi::c_int,
}
/// Names one slot of flow storage; passed by value.
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
    /** The bytes of one thread's storage: slots registered × the size of a
 pointer. Any thread may call it once registration has closed.*/
    pub fn SCThreadStorageSize() -> ::core::ffi::c_uint;
    /** Registers a slot that every thread has, empty at first, and whose content
 `Free` frees. The host keeps `name`, which must stay valid for the life of
 the process, and so must `Free`.

 The id is negative when registration failed: it has closed, `name` is null
 or empty or taken by another slot of thread storage (the host logs that as
 an error), `Free` is null, or the host is out of memory. Call it from `Init`
 only.*/
    pub fn SCThreadStorageRegister(
        name: *const ::core::ffi::c_char,
        Free: StorageFreeFn,
    ) -> SCThreadStorageId;
    /** Returns what `tv` holds in the slot `id`; null if nothing was set.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn SCThreadGetStorageById(
        tv: *const ThreadVars,
        id: SCThreadStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Stores `ptr` in the slot `id` of `tv`, without freeing what was there.
 Returns 0 on success.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn SCThreadSetStorageById(
        tv: *mut ThreadVars,
        id: SCThreadStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Calls the slot's free function with what `tv` holds in the slot `id`, unless
 that is null, then empties the slot.

 The host does not check `id`. Call it on the thread of `tv`, or in a thread
 init callback for it.*/
    pub fn SCThreadFreeStorageById(tv: *mut ThreadVars, id: SCThreadStorageId);
    /** Frees every slot of `tv`, in the order of the ids. Host only, on the thread
 that takes `tv` down, after its own thread has been joined.*/
    pub fn SCThreadFreeStorage(tv: *mut ThreadVars);
    /** Registers a slot that every flow has, empty at first, and whose content
 `Free` frees. The host keeps `name`, which must stay valid for the life of
 the process, and so must `Free`. Names are apart from those of thread
 storage.

 The id is negative when registration failed, for the reasons that
 `SCThreadStorageRegister` has. Call it from `Init` only.*/
    pub fn SCFlowStorageRegister(
        name: *const ::core::ffi::c_char,
        Free: StorageFreeFn,
    ) -> SCFlowStorageId;
    /** Returns what `f` holds in the slot `id`; null if nothing was set.

 The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn SCFlowGetStorageById(
        f: *const Flow,
        id: SCFlowStorageId,
    ) -> *mut ::core::ffi::c_void;
    /** Stores `ptr` in the slot `id` of `f`, without freeing what was there.
 Returns 0 on success.

 The host does not check `id`. Call it in a callback for `f`, which the host
 has locked.*/
    pub fn SCFlowSetStorageById(
        f: *mut Flow,
        id: SCFlowStorageId,
        ptr: *mut ::core::ffi::c_void,
    ) -> ::core::ffi::c_int;
    /** Writes when the last packet of `flow` was seen, as seconds since 1970 and
 microseconds: both 0 while flow init callbacks run.*/
    pub fn SCFlowGetLastTimeAsParts(flow: *const Flow, secs: *mut u64, usecs: *mut u64);
    /// Returns the `FLOW_…` bits of `flow`, private to the version of the host.
    pub fn SCFlowGetFlags(flow: *const Flow) -> u64;
    /// Returns the source port, in host byte order; 0 without ports.
    pub fn SCFlowGetSourcePort(flow: *const Flow) -> u16;
    /// Returns the destination port, in host byte order; 0 without ports.
    pub fn SCFlowGetDestinationPort(flow: *const Flow) -> u16;
    /// Returns true if the addresses of `flow` are of IPv4.
    pub fn SCFlowIsIPv4(flow: *const Flow) -> bool;
    /// Returns true if the addresses of `flow` are of IPv6.
    pub fn SCFlowIsIPv6(flow: *const Flow) -> bool;
    /// The number of the IP protocol: 6 for TCP, 17 for UDP.
    pub fn SCFlowGetIPProtocol(flow: *const Flow) -> u8;
    /// The application-layer protocol, as far as it is known by now.
    pub fn SCFlowGetAppProtocol(f: *const Flow) -> AppProto;
    /** The source address: 4 bytes for IPv4, 16 for IPv6, in network byte order.
 It is the flow's, and lives as long.*/
    pub fn SCFlowGetSourceAddressAsRawPtr(flow: *const Flow) -> *const u8;
    /// The destination address, as the source address.
    pub fn SCFlowGetDestinationAddressAsRawPtr(flow: *const Flow) -> *const u8;
    /// How many packets went to the server so far.
    pub fn SCFlowGetToServerPacketCount(flow: *const Flow) -> u32;
    /// How many packets went to the client so far.
    pub fn SCFlowGetToClientPacketCount(flow: *const Flow) -> u32;
}
