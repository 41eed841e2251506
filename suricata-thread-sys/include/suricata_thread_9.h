/* Declarations of Suricata 9.0.
 *
 * bindgen makes src/bindings/v9.rs of this file; the comments that start
 * with two stars become its documentation. `ci/check generated` runs it. */
#ifndef SURICATA_THREAD_9_H
#define SURICATA_THREAD_9_H

#include "suricata_thread_common.h"

/** The plugin API version of Suricata 9.0, `0x0900`: what a plugin puts into
 * `SCPlugin.version`. */
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

/** Names one slot of thread storage; passed by value. */
typedef struct SCThreadStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
     * failed. */
    int id;
} SCThreadStorageId;

/** The bytes of one thread's storage: slots registered × the size of a
 * pointer. Any thread may call it once registration has closed. */
unsigned int SCThreadStorageSize(void);

/** Registers a slot that every thread has, empty at first, and whose content
 * `Free` frees. The host keeps `name`, which must stay valid for the life of
 * the process, and so must `Free`.
 *
 * The id is negative when registration failed: it has closed, `name` is null
 * or empty or taken by another slot of thread storage (the host logs that as
 * an error), `Free` is null, or the host is out of memory. Call it from `Init`
 * only. */
SCThreadStorageId SCThreadStorageRegister(const char *name, StorageFreeFn Free);

/** Returns what `tv` holds in the slot `id`; null if nothing was set.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void *SCThreadGetStorageById(const ThreadVars *tv, SCThreadStorageId id);

/** Stores `ptr` in the slot `id` of `tv`, without freeing what was there.
 * Returns 0 on success.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
int SCThreadSetStorageById(ThreadVars *tv, SCThreadStorageId id, void *ptr);

/** Calls the slot's free function with what `tv` holds in the slot `id`, unless
 * that is null, then empties the slot.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void SCThreadFreeStorageById(ThreadVars *tv, SCThreadStorageId id);

/** Frees every slot of `tv`, in the order of the ids. Host only, on the thread
 * that takes `tv` down, after its own thread has been joined. */
void SCThreadFreeStorage(ThreadVars *tv);

/* Flow storage. The host frees what a flow holds whenever the flow ends. Init,
 * update and finish callbacks and the free functions run with the flow locked. */

/** Names one slot of flow storage; passed by value. */
typedef struct SCFlowStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
     * failed. */
    int id;
} SCFlowStorageId;

/** Registers a slot that every flow has, empty at first, and whose content
 * `Free` frees. The host keeps `name`, which must stay valid for the life of
 * the process, and so must `Free`. Names are apart from those of thread
 * storage.
 *
 * The id is negative when registration failed, for the reasons that
 * `SCThreadStorageRegister` has. Call it from `Init` only. */
SCFlowStorageId SCFlowStorageRegister(const char *name, StorageFreeFn Free);

/** Returns what `f` holds in the slot `id`; null if nothing was set.
 *
 * The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
void *SCFlowGetStorageById(const Flow *f, SCFlowStorageId id);

/** Stores `ptr` in the slot `id` of `f`, without freeing what was there.
 * Returns 0 on success.
 *
 * The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
int SCFlowSetStorageById(Flow *f, SCFlowStorageId id, void *ptr);

/* What a flow can tell, in a callback for it. */

/** Writes when the last packet of `flow` was seen, as seconds since 1970 and
 * microseconds: both 0 while flow init callbacks run. */
void SCFlowGetLastTimeAsParts(const Flow *flow, uint64_t *secs, uint64_t *usecs);

/** Returns the `FLOW_…` bits of `flow`, private to the version of the host. */
uint64_t SCFlowGetFlags(const Flow *flow);

/** Returns the source port, in host byte order; 0 without ports. */
uint16_t SCFlowGetSourcePort(const Flow *flow);

/** Returns the destination port, in host byte order; 0 without ports. */
uint16_t SCFlowGetDestinationPort(const Flow *flow);

/** Returns true if the addresses of `flow` are of IPv4. */
bool SCFlowIsIPv4(const Flow *flow);

/** Returns true if the addresses of `flow` are of IPv6. */
bool SCFlowIsIPv6(const Flow *flow);

/** The number of the IP protocol: 6 for TCP, 17 for UDP. */
uint8_t SCFlowGetIPProtocol(const Flow *flow);

/** The host's number of an application-layer protocol. */
typedef uint16_t AppProto;

/** The application-layer protocol, as far as it is known by now. */
AppProto SCFlowGetAppProtocol(const Flow *f);

/** The source address: 4 bytes for IPv4, 16 for IPv6, in network byte order.
 * It is the flow's, and lives as long. */
const uint8_t *SCFlowGetSourceAddressAsRawPtr(const Flow *flow);

/** The destination address, as the source address. */
const uint8_t *SCFlowGetDestinationAddressAsRawPtr(const Flow *flow);

/** How many packets went to the server so far. */
uint32_t SCFlowGetToServerPacketCount(const Flow *flow);

/** How many packets went to the client so far. */
uint32_t SCFlowGetToClientPacketCount(const Flow *flow);

#endif
