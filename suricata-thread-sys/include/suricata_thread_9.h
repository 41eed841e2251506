/* Declarations of Suricata 9.0.
 *
 * bindgen makes src/bindings/v9.rs from this file; the comments that start
 * with two stars become its documentation: `UPDATE=1 ci/check generated`. */
#ifndef SURICATA_THREAD_9_H
#define SURICATA_THREAD_9_H

#include "suricata_thread_common.h"

/** The plugin API version of Suricata 9.0, `0x0900`, for `SCPlugin.version`. */
static const uint64_t SC_API_VERSION = 0x0900;

/** Opens the registration of storage. Host only, on the main thread, before
 * plugins are loaded. */
void SCStorageInit(void);

/** Closes the registration of storage: later ones are refused. Returns 0 on
 * success. Host only, on the main thread, after plugins are loaded and before
 * threads are created. */
int SCStorageFinalize(void);

/** Forgets all registrations of storage. Host only, on the main thread, at the
 * end. */
void SCStorageCleanup(void);

/** The id of a slot of thread storage. */
typedef struct SCThreadStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
     * failed. */
    int id;
} SCThreadStorageId;

/** Returns the size of one thread's storage in bytes: slots registered × the
 * size of a pointer. Any thread may call it once registration has closed. */
unsigned int SCThreadStorageSize(void);

/** Registers a slot for every thread, empty at first. `Free` frees its content.
 * `name` and `Free` must stay valid for the life of the process.
 *
 * The id is negative when registration failed: it has closed, `name` is null
 * or empty or taken by another slot of thread storage (the host logs that as
 * an error), `Free` is null, or the host is out of memory. Call it from `Init`
 * only. */
SCThreadStorageId SCThreadStorageRegister(const char *name, StorageFreeFn Free);

/** Returns the pointer in the slot `id` of `tv`, or null if none was set.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void *SCThreadGetStorageById(const ThreadVars *tv, SCThreadStorageId id);

/** Stores `ptr` in the slot `id` of `tv`, without freeing the previous one.
 * Returns 0 on success.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
int SCThreadSetStorageById(ThreadVars *tv, SCThreadStorageId id, void *ptr);

/** Calls the slot's free function with the pointer in the slot `id` of `tv`,
 * unless that is null, then empties the slot.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void SCThreadFreeStorageById(ThreadVars *tv, SCThreadStorageId id);

/** Frees every slot of `tv`, in the order of the ids. Host only, on the thread
 * that takes `tv` down, after its own thread has been joined. */
void SCThreadFreeStorage(ThreadVars *tv);

/* Flow storage. The host frees a flow's slots whenever the flow ends. Init,
 * update and finish callbacks and the free functions run with the flow locked. */

/** The id of a slot of flow storage. */
typedef struct SCFlowStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
     * failed. */
    int id;
} SCFlowStorageId;

/** Registers a slot for every flow, empty at first. `Free` frees its content.
 * `name` and `Free` must stay valid for the life of the process. Thread
 * storage may have the same name.
 *
 * The id is negative when registration failed, for the same reasons
 * as for `SCThreadStorageRegister`. Call it from `Init` only. */
SCFlowStorageId SCFlowStorageRegister(const char *name, StorageFreeFn Free);

/** Returns the pointer in the slot `id` of `f`, or null if none was set.
 *
 * The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
void *SCFlowGetStorageById(const Flow *f, SCFlowStorageId id);

/** Stores `ptr` in the slot `id` of `f`, without freeing the previous one.
 * Returns 0 on success.
 *
 * The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
int SCFlowSetStorageById(Flow *f, SCFlowStorageId id, void *ptr);

/* Properties of a flow, for use in its callbacks. */

/** Writes the time of the last packet of `flow`, as seconds since 1970 and
 * microseconds. Both are 0 in flow init callbacks. */
void SCFlowGetLastTimeAsParts(const Flow *flow, uint64_t *secs, uint64_t *usecs);

/** Returns the `FLOW_…` bits of `flow`, whose meaning depends on the host's version. */
uint64_t SCFlowGetFlags(const Flow *flow);

/** Returns the source port, in host byte order; 0 without ports. */
uint16_t SCFlowGetSourcePort(const Flow *flow);

/** Returns the destination port, in host byte order; 0 without ports. */
uint16_t SCFlowGetDestinationPort(const Flow *flow);

/** Returns true if the addresses of `flow` are of IPv4. */
bool SCFlowIsIPv4(const Flow *flow);

/** Returns true if the addresses of `flow` are of IPv6. */
bool SCFlowIsIPv6(const Flow *flow);

/** Returns the number of the IP protocol: 6 for TCP, 17 for UDP. */
uint8_t SCFlowGetIPProtocol(const Flow *flow);

/** The host's number of an application-layer protocol. */
typedef uint16_t AppProto;

/** Returns the application-layer protocol that the host has found so far. */
AppProto SCFlowGetAppProtocol(const Flow *f);

/** Returns the source address: 4 bytes for IPv4, 16 for IPv6, in network byte
 * order. It is valid as long as the flow. */
const uint8_t *SCFlowGetSourceAddressAsRawPtr(const Flow *flow);

/** Returns the destination address, in the form of the source address. */
const uint8_t *SCFlowGetDestinationAddressAsRawPtr(const Flow *flow);

/** Returns the number of packets to the server so far. */
uint32_t SCFlowGetToServerPacketCount(const Flow *flow);

/** Returns the number of packets to the client so far. */
uint32_t SCFlowGetToClientPacketCount(const Flow *flow);

#endif
