/* Declarations of Suricata 8.0.x.
 *
 * bindgen makes src/bindings/v8.rs of this file; the comments that start
 * with two stars become its documentation. `ci/check generated` runs it. */
#ifndef SURICATA_THREAD_8_H
#define SURICATA_THREAD_8_H

#include "suricata_thread_common.h"

/** The plugin API version of Suricata 8.0.x, `0x0800`: what a plugin puts into
 * `SCPlugin.version`. */
static const uint64_t SC_API_VERSION = 0x0800;

/** Opens the registration of storage. Host only, on the main thread, before
 * plugins are loaded. */
void StorageInit(void);

/** Closes the registration of storage: later ones are refused. Returns 0 on
 * success. Host only, on the main thread, after plugins are loaded and before
 * threads are created. */
int StorageFinalize(void);

/** Forgets all registrations of storage. Host only, on the main thread, at the
 * end. */
void StorageCleanup(void);

/** Makes what a storage slot holds. Gets the size given at registration;
 * returns null when it fails. It must not unwind.
 *
 * It runs on the thread that calls `ThreadAllocStorageById`. */
typedef void *(*StorageAllocFn)(unsigned int size);

/** Names one slot of thread storage; passed by value. */
typedef struct ThreadStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
     * failed. */
    int id;
} ThreadStorageId;

/** The bytes of one thread's storage: slots registered × the size of a
 * pointer. Any thread may call it once registration has closed. */
unsigned int ThreadStorageSize(void);

/** Registers a slot that every thread has, empty at first, and whose content
 * `Free` frees. `Alloc` makes the content of `size` bytes for
 * `ThreadAllocStorageById`; with a null `Alloc` a plugin stores pointers of
 * its own, and `size` must be that of a pointer. The name and the functions
 * must stay valid for the life of the process.
 *
 * The id is negative when registration failed: it has closed, `name` is null
 * or empty or taken by another slot of thread storage (the host logs that as
 * an error), `Free` is null, `size` is 0 or does not go with a null `Alloc`,
 * or the host is out of memory. Call it from `Init` only. */
ThreadStorageId ThreadStorageRegister(
        const char *name, unsigned int size, StorageAllocFn Alloc, StorageFreeFn Free);

/** Returns what `tv` holds in the slot `id`; null if nothing was set.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void *ThreadGetStorageById(const ThreadVars *tv, ThreadStorageId id);

/** Stores `ptr` in the slot `id` of `tv`, without freeing what was there.
 * Returns 0 on success.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
int ThreadSetStorageById(ThreadVars *tv, ThreadStorageId id, void *ptr);

/** Returns what `tv` holds in the slot `id`. If that is null, first stores what
 * the slot's alloc function returns, if it has one.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void *ThreadAllocStorageById(ThreadVars *tv, ThreadStorageId id);

/** Calls the slot's free function with what `tv` holds in the slot `id`, unless
 * that is null, then empties the slot.
 *
 * The host does not check `id`. Call it on the thread of `tv`, or in a thread
 * init callback for it. */
void ThreadFreeStorageById(ThreadVars *tv, ThreadStorageId id);

/** Frees every slot of `tv`, in the order of the ids. Host only, on the thread
 * that takes `tv` down, after its own thread has been joined. */
void ThreadFreeStorage(ThreadVars *tv);

/* Flow storage. The host frees what a flow holds whenever the flow ends. Init,
 * update and finish callbacks and the free functions run with the flow locked. */

/** Names one slot of flow storage; passed by value. */
typedef struct FlowStorageId {
    /** Counts up from 0 over all slots of the host. Negative if registration
     * failed. */
    int id;
} FlowStorageId;

/** Registers a slot that every flow has, empty at first, and whose content
 * `Free` frees. A plugin passes a null `Alloc`, and the size of a pointer. The
 * name and the functions must stay valid for the life of the process. Names
 * are apart from those of thread storage.
 *
 * The id is negative when registration failed, for the reasons that
 * `ThreadStorageRegister` has. Call it from `Init` only. */
FlowStorageId FlowStorageRegister(
        const char *name, unsigned int size, StorageAllocFn Alloc, StorageFreeFn Free);

/** Returns what `f` holds in the slot `id`; null if nothing was set.
 *
 * The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
void *FlowGetStorageById(const Flow *f, FlowStorageId id);

/** Stores `ptr` in the slot `id` of `f`, without freeing what was there.
 * Returns 0 on success.
 *
 * The host does not check `id`. Call it in a callback for `f`, which the host
 * has locked. */
int FlowSetStorageById(Flow *f, FlowStorageId id, void *ptr);

/* What a flow can tell, in a callback for it. */

/** Writes when the last packet of `flow` was seen, as seconds since 1970 and
 * microseconds: both 0 while flow init callbacks run. */
void FlowGetLastTimeAsParts(Flow *flow, uint64_t *secs, uint64_t *usecs);

/** Returns the `FLOW_…` bits of `flow`, private to the version of the host. */
uint32_t FlowGetFlags(Flow *flow);

/** Returns the source port, in host byte order; 0 without ports. */
uint16_t FlowGetSourcePort(Flow *flow);

/** Returns the destination port, in host byte order; 0 without ports. */
uint16_t FlowGetDestinationPort(Flow *flow);

#endif
