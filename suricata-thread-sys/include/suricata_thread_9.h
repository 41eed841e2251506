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
    /** Counts up from 0 over the slots of all modules of the host. Negative
     * where registration failed. */
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
 * an error), `Free` is null, or the host is out of memory. Call it from plugin
 * `Init`, on the main thread: the host's list has no lock. */
SCThreadStorageId SCThreadStorageRegister(const char *name, StorageFreeFn Free);

/** What `tv` holds in the slot `id`; null until something was set.
 *
 * The host does not check `id`: one that it never gave out reads past the
 * storage. Call it on the thread that `tv` belongs to, or in a thread init
 * callback for `tv`. */
void *SCThreadGetStorageById(const ThreadVars *tv, SCThreadStorageId id);

/** Stores `ptr` in the slot `id` of `tv`, without freeing what was there.
 * Returns 0 on success.
 *
 * The host does not check `id`: one that it never gave out writes past the
 * storage. Call it on the thread that `tv` belongs to, or in a thread init
 * callback for `tv`. */
int SCThreadSetStorageById(ThreadVars *tv, SCThreadStorageId id, void *ptr);

/** Calls the slot's free function with what `tv` holds in the slot `id`,
 * unless that is null, then empties the slot.
 *
 * The host does not check `id`: one that it never gave out reads and writes
 * past the storage. Call it on the thread that `tv` belongs to, or in a thread
 * init callback for `tv`. */
void SCThreadFreeStorageById(ThreadVars *tv, SCThreadStorageId id);

/** Frees every slot of `tv`, in the order of the ids. Host only, on the thread
 * that takes `tv` down, after its own thread has been joined. */
void SCThreadFreeStorage(ThreadVars *tv);

#endif
