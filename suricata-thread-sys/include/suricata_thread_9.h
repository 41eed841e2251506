/* Declarations of Suricata 9.0.
 *
 * bindgen makes src/bindings/v9.rs from this file; the comments that start
 * with two stars become its documentation: `UPDATE=1 ci/check generated`. */
#ifndef SURICATA_THREAD_9_H
#define SURICATA_THREAD_9_H

#include "suricata_thread_common.h"

/** The plugin API version of Suricata 9.0, `0x0900`, for `SCPlugin.version`. */
static const uint64_t SC_API_VERSION = 0x0900;

/** Opens the registration of storage.
 *
 * Host only: the host calls it on the main thread before it loads plugins. */
void SCStorageInit(void);

/** Closes the registration of storage: later slots are refused.
 *
 * Returns 0 on success. Host only: the host calls it on the main thread after
 * it has loaded plugins and before it creates threads. */
int SCStorageFinalize(void);

/** Forgets all registrations of storage.
 *
 * Host only: the host calls it on the main thread at its end. */
void SCStorageCleanup(void);

/** The id of a slot of thread storage. */
typedef struct SCThreadStorageId {
    /** Counts up from 0 over all slots of thread storage, the host's own included.
     *
     * Negative if registration failed. */
    int id;
} SCThreadStorageId;

/** Returns the size of one thread's storage in bytes, a pointer for each slot.
 *
 * Any thread may call it once registration has closed. */
unsigned int SCThreadStorageSize(void);

/** Registers a slot for every thread, empty at first.
 *
 * `Free` frees the content. `name` and `Free` must stay valid for the life of the
 * process.
 *
 * The id is negative if registration has closed, `name` is null or empty or
 * another slot of thread storage has it (the host logs that as an error), `Free`
 * is null, or the host is out of memory. Call it from `Init` only. */
SCThreadStorageId SCThreadStorageRegister(const char *name, StorageFreeFn Free);

/** Returns the pointer in the slot `id` of `tv`, or null if none was set.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void *SCThreadGetStorageById(const ThreadVars *tv, SCThreadStorageId id);

/** Stores `ptr` in the slot `id` of `tv`, without freeing the previous pointer.
 *
 * Returns 0 on success. The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
int SCThreadSetStorageById(ThreadVars *tv, SCThreadStorageId id, void *ptr);

/** Frees the content of the slot `id` of `tv`, if any, and empties the slot.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void SCThreadFreeStorageById(ThreadVars *tv, SCThreadStorageId id);

/** Frees the content of every slot of `tv`, in the order of the ids.
 *
 * Host only: the host calls it on the thread that takes down the thread of `tv`,
 * after joining it. */
void SCThreadFreeStorage(ThreadVars *tv);

/* Flow storage. The host frees a flow's slots whenever the flow ends. Init,
 * update and finish callbacks and the free functions run with the flow locked. */

/** The id of a slot of flow storage. */
typedef struct SCFlowStorageId {
    /** Counts up from 0 over all slots of flow storage, the host's own included.
     *
     * Negative if registration failed. */
    int id;
} SCFlowStorageId;

/** Registers a slot for every flow, empty at first.
 *
 * `Free` frees the content. `name` and `Free` must stay valid for the life of the
 * process. A slot of thread storage may have the same name.
 *
 * The id is negative for the same reasons as for `SCThreadStorageRegister`. Call
 * it from `Init` only. */
SCFlowStorageId SCFlowStorageRegister(const char *name, StorageFreeFn Free);

/** Returns the pointer in the slot `id` of `f`, or null if none was set.
 *
 * The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
void *SCFlowGetStorageById(const Flow *f, SCFlowStorageId id);

/** Stores `ptr` in the slot `id` of `f`, without freeing the previous pointer.
 *
 * Returns 0 on success. The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
int SCFlowSetStorageById(Flow *f, SCFlowStorageId id, void *ptr);

/* Properties of a flow, for use in its callbacks. */

/** Writes the time of the latest packet of `flow`, counted from the Unix epoch,
 * as seconds and microseconds.
 *
 * Both are 0 in flow init callbacks. */
void SCFlowGetLastTimeAsParts(const Flow *flow, uint64_t *secs, uint64_t *usecs);

/** Returns the `FLOW_…` bits of `flow`, whose meaning depends on the host's version. */
uint64_t SCFlowGetFlags(const Flow *flow);

/** Returns the source port, in host byte order.
 *
 * For protocols without ports, Suricata 8.0.8 has other data here: for ICMP the
 * type and code of a message, for ESP a part of the SPI. */
uint16_t SCFlowGetSourcePort(const Flow *flow);

/** Returns the destination port, in host byte order, or other data as in
 * `SCFlowGetSourcePort`. */
uint16_t SCFlowGetDestinationPort(const Flow *flow);

/** Returns true if the addresses of `flow` are IPv4 addresses. */
bool SCFlowIsIPv4(const Flow *flow);

/** Returns true if the addresses of `flow` are IPv6 addresses. */
bool SCFlowIsIPv6(const Flow *flow);

/** Returns the IP protocol number, such as 6 for TCP. */
uint8_t SCFlowGetIPProtocol(const Flow *flow);

/** The host's number of an application-layer protocol. */
typedef uint16_t AppProto;

/** Returns the application-layer protocol that the host has found so far. */
AppProto SCFlowGetAppProtocol(const Flow *f);

/** Returns the source address: 4 bytes for IPv4, 16 for IPv6, in network byte
 * order.
 *
 * The pointer is valid as long as the flow. */
const uint8_t *SCFlowGetSourceAddressAsRawPtr(const Flow *flow);

/** Returns the destination address, in the form that
 * `SCFlowGetSourceAddressAsRawPtr` has. */
const uint8_t *SCFlowGetDestinationAddressAsRawPtr(const Flow *flow);

/** Returns the number of packets to the server so far. */
uint32_t SCFlowGetToServerPacketCount(const Flow *flow);

/** Returns the number of packets to the client so far. */
uint32_t SCFlowGetToClientPacketCount(const Flow *flow);

#endif
