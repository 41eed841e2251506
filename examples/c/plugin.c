/* Counts flows per thread: a plugin in C, for Suricata 9.0, or with SURICATA_8 defined for 8.0.x.
 *
 * The headers are those of suricata-thread-sys: all that a plugin needs of Suricata, whose own source
 * tree is not needed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef SURICATA_8
#include "suricata_thread_8.h"
typedef ThreadStorageId StorageId;
#define BUILT_FOR "8.0"
#define API_VERSION 0x0800
#define GetStorageById ThreadGetStorageById
#define SetStorageById ThreadSetStorageById
#else
#include "suricata_thread_9.h"
typedef SCThreadStorageId StorageId;
#define BUILT_FOR "9.0"
#define API_VERSION 0x0900
#define GetStorageById SCThreadGetStorageById
#define SetStorageById SCThreadSetStorageById
#endif

/* Set in Init when the host has given one, and read by the callbacks, which are registered afterwards. */
static StorageId slot = { .id = -1 };

struct State {
    uint64_t flows;
};

static void Log(SCLogLevel level, unsigned int line, const char *message)
{
    SCLogMessage(level, __FILE__, line, "", "c-plugin", message);
}

/* Runs when a thread has ended, on the thread that takes it down. */
static void FreeState(void *ptr)
{
    struct State *state = ptr;
    char message[64];
    snprintf(message, sizeof message, "c-plugin: a thread saw %" PRIu64 " flows", state->flows);
    Log(SC_LOG_NOTICE, __LINE__, message);
    free(state);
}

/* Runs for each thread, on the thread that creates it. */
static void OnThreadInit(ThreadVars *tv, void *user)
{
    (void)user;
    struct State *state = calloc(1, sizeof *state);
    if (state == NULL || SetStorageById(tv, slot, state) != 0) {
        Log(SC_LOG_ERROR, __LINE__, "c-plugin: a thread will not be counted");
        free(state);
    }
}

/* Runs on the worker that picks a flow up. No lock: the state is this thread's own. */
static void OnFlowInit(ThreadVars *tv, Flow *f, const Packet *p, void *user)
{
    (void)f;
    (void)p;
    (void)user;
    /* The host's own unit tests have no thread. */
    struct State *state = tv != NULL ? GetStorageById(tv, slot) : NULL;
    if (state != NULL)
        state->flows++;
}

/* Runs on the main thread, while the host registers. */
static void Init(void)
{
#ifdef SURICATA_8
    /* Without an alloc function 8.0 takes the size of a pointer and no other. */
    StorageId id = ThreadStorageRegister("c-plugin", sizeof(void *), NULL, FreeState);
#else
    StorageId id = SCThreadStorageRegister("c-plugin", FreeState);
#endif
    /* A plugin that is listed twice is opened once, so that it has one `slot`, but initialized twice. The second
     * time the host refuses: the slot of the first, whose callbacks are there, must stay what it is. */
    if (id.id < 0) {
        Log(SC_LOG_ERROR, __LINE__, "c-plugin: the host refused the slot");
        return;
    }
    slot = id;
    if (!SCThreadRegisterInitCallback(OnThreadInit, NULL) ||
            !SCFlowRegisterInitCallback(OnFlowInit, NULL))
        Log(SC_LOG_ERROR, __LINE__, "c-plugin: the host refused a callback");
}

/* The entry point, the one symbol that a plugin exports. */
SCPlugin *SCPluginRegister(void);
SCPlugin *SCPluginRegister(void)
{
    static SCPlugin plugin = {
        /* SC_API_VERSION, which is a const variable: no constant in C. */
        .version = API_VERSION,
        .suricata_version = BUILT_FOR,
        .name = "c-plugin",
        .plugin_version = "0.1.0",
        .license = "MIT OR Apache-2.0",
        .author = "The suricata-thread developers",
        .Init = Init,
    };
    return &plugin;
}
