/* Declarations of Suricata 8.0.x.
 *
 * bindgen makes src/bindings/v8.rs from this file; the comments that start
 * with two stars become its documentation: `UPDATE=1 ci/check generated`. */
#ifndef SURICATA_THREAD_8_H
#define SURICATA_THREAD_8_H

#include "suricata_thread_common.h"

/** The plugin API version of Suricata 8.0.x, `0x0800`, for `SCPlugin.version`. */
static const uint64_t SC_API_VERSION = 0x0800;

/** Opens the registration of storage.
 *
 * Host only: the host calls it on the main thread before it loads plugins. */
void StorageInit(void);

/** Closes the registration of storage: later slots are refused.
 *
 * Returns 0 on success. Host only: the host calls it on the main thread after
 * it has loaded plugins and before it creates threads. */
int StorageFinalize(void);

/** Forgets all registrations of storage.
 *
 * Host only: the host calls it on the main thread at its end. */
void StorageCleanup(void);

/** Allocates the content of a storage slot, or returns null if that fails.
 *
 * `size` is the size given at registration. It runs on the thread that calls
 * `ThreadAllocStorageById`. It must not unwind. */
typedef void *(*StorageAllocFn)(unsigned int size);

/** The id of a slot of thread storage. */
typedef struct ThreadStorageId {
    /** Counts up from 0 over all slots of thread storage, the host's own included.
     *
     * Negative if registration failed. */
    int id;
} ThreadStorageId;

/** Returns the size of one thread's storage in bytes, a pointer for each slot.
 *
 * Any thread may call it once registration has closed. */
unsigned int ThreadStorageSize(void);

/** Registers a slot for every thread, empty at first.
 *
 * `Free` frees the content, and `Alloc` allocates it for
 * `ThreadAllocStorageById`. If `Alloc` is null, the plugin stores pointers of its
 * own, and `size` must be that of a pointer. The name and the functions must stay
 * valid for the life of the process.
 *
 * The id is negative if registration has closed, `name` is null or empty or
 * another slot of thread storage has it (the host logs that as an error), `Free`
 * is null, `size` is 0, `Alloc` is null and `size` is not that of a pointer, or
 * the host is out of memory. Call it from `Init` only. */
ThreadStorageId ThreadStorageRegister(
        const char *name, unsigned int size, StorageAllocFn Alloc, StorageFreeFn Free);

/** Returns the pointer in the slot `id` of `tv`, or null if none was set.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void *ThreadGetStorageById(const ThreadVars *tv, ThreadStorageId id);

/** Stores `ptr` in the slot `id` of `tv`, without freeing the previous pointer.
 *
 * Returns 0 on success. The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
int ThreadSetStorageById(ThreadVars *tv, ThreadStorageId id, void *ptr);

/** Returns the pointer in the slot `id` of `tv`, allocating the content first if
 * the slot is empty and has an alloc function.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void *ThreadAllocStorageById(ThreadVars *tv, ThreadStorageId id);

/** Frees the content of the slot `id` of `tv`, if any, and empties the slot.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void ThreadFreeStorageById(ThreadVars *tv, ThreadStorageId id);

/** Frees the content of every slot of `tv`, in the order of the ids.
 *
 * Host only: the host calls it on the thread that takes down the thread of `tv`,
 * after joining it. */
void ThreadFreeStorage(ThreadVars *tv);

/* Flow storage. The host frees a flow's slots whenever the flow ends. Init,
 * update and finish callbacks and the free functions run with the flow locked. */

/** The id of a slot of flow storage. */
typedef struct FlowStorageId {
    /** Counts up from 0 over all slots of flow storage, the host's own included.
     *
     * Negative if registration failed. */
    int id;
} FlowStorageId;

/** Registers a slot for every flow, empty at first.
 *
 * `Free` frees the content. A plugin passes a null `Alloc`, and the size of a
 * pointer. The name and the functions must stay valid for the life of the
 * process. A slot of thread storage may have the same name.
 *
 * The id is negative for the same reasons as for `ThreadStorageRegister`. Call it
 * from `Init` only. */
FlowStorageId FlowStorageRegister(
        const char *name, unsigned int size, StorageAllocFn Alloc, StorageFreeFn Free);

/** Returns the pointer in the slot `id` of `f`, or null if none was set.
 *
 * The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
void *FlowGetStorageById(const Flow *f, FlowStorageId id);

/** Stores `ptr` in the slot `id` of `f`, without freeing the previous pointer.
 *
 * Returns 0 on success. The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
int FlowSetStorageById(Flow *f, FlowStorageId id, void *ptr);

/* Properties of a flow, for use in its callbacks. */

/** Writes the time of the latest packet of `flow`, counted from the Unix epoch,
 * as seconds and microseconds.
 *
 * Both are 0 in flow init callbacks. */
void FlowGetLastTimeAsParts(Flow *flow, uint64_t *secs, uint64_t *usecs);

/** Returns the `FLOW_…` bits of `flow`, whose meaning depends on the host's version. */
uint32_t FlowGetFlags(Flow *flow);

/** Returns the source port, in host byte order.
 *
 * For protocols without ports, Suricata 8.0.8 has other data here: for ICMP the
 * type and code of a message, for ESP a part of the SPI. */
uint16_t FlowGetSourcePort(Flow *flow);

/** Returns the destination port, in host byte order, or other data as in
 * `FlowGetSourcePort`. */
uint16_t FlowGetDestinationPort(Flow *flow);

#endif
