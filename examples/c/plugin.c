/* Counts flows per thread: a plugin in C, one file for Suricata 8.0.x and 9.0. It needs the headers of
 * suricata-thread-sys, but no Suricata source tree. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Each header has its own SC_API_VERSION. */
#define SC_API_VERSION SC_API_VERSION_8
#include "suricata_thread_8.h"
#undef SC_API_VERSION
#include "suricata_thread_9.h"

/* A weak function that the host lacks is NULL. Without this, the host would not load the plugin. */
#pragma weak ThreadStorageRegister
#pragma weak ThreadGetStorageById
#pragma weak ThreadSetStorageById
#pragma weak SCThreadStorageRegister
#pragma weak SCThreadGetStorageById
#pragma weak SCThreadSetStorageById

/* Only the mock has this one. It has the functions of both generations, and returns here which one it plays. */
unsigned int suricata_thread_mock_generation_1(void) __attribute__((weak));

/* Returns the major version of the host, or 0 if this plugin does not know it. */
static unsigned int Generation(void)
{
    if (suricata_thread_mock_generation_1 != NULL)
        return suricata_thread_mock_generation_1();
    if (SCThreadStorageRegister != NULL)
        return 9;
    return ThreadStorageRegister != NULL ? 8 : 0;
}

/* Init sets these before it registers the callbacks, which read them. */
static unsigned int generation;
static int slot = -1;

static void *GetStorage(ThreadVars *tv)
{
    if (generation == 9)
        return SCThreadGetStorageById(tv, (SCThreadStorageId){ slot });
    return ThreadGetStorageById(tv, (ThreadStorageId){ slot });
}

static int SetStorage(ThreadVars *tv, void *value)
{
    if (generation == 9)
        return SCThreadSetStorageById(tv, (SCThreadStorageId){ slot }, value);
    return ThreadSetStorageById(tv, (ThreadStorageId){ slot }, value);
}

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
    if (state == NULL || SetStorage(tv, state) != 0) {
        Log(SC_LOG_ERROR, __LINE__, "c-plugin: a thread will not be counted");
        free(state);
    }
}

/* Runs on the worker that picks a flow up. The state is this thread's own, so it needs no lock. */
static void OnFlowInit(ThreadVars *tv, Flow *f, const Packet *p, void *user)
{
    (void)f;
    (void)p;
    (void)user;
    /* tv is NULL in the host's own unit tests. */
    struct State *state = tv != NULL ? GetStorage(tv) : NULL;
    if (state != NULL)
        state->flows++;
}

/* Runs on the main thread, the only time when the host accepts registrations. */
static void Init(void)
{
    int id;
    generation = Generation();
    if (generation == 9)
        id = SCThreadStorageRegister("c-plugin", FreeState).id;
    else /* Without an alloc function, 8.0 accepts only the size of a pointer. */
        id = ThreadStorageRegister("c-plugin", sizeof(void *), NULL, FreeState).id;
    /* If the configuration lists the plugin twice, the host opens it once and runs Init twice. It refuses the second
     * registration, and `slot` must stay as it is for the callbacks of the first. */
    if (id < 0) {
        Log(SC_LOG_ERROR, __LINE__, "c-plugin: the host refused the slot");
        return;
    }
    slot = id;
    if (!SCThreadRegisterInitCallback(OnThreadInit, NULL) ||
            !SCFlowRegisterInitCallback(OnFlowInit, NULL))
        Log(SC_LOG_ERROR, __LINE__, "c-plugin: the host refused a callback");
}

/* The entry point. The host looks it up by this name. */
SCPlugin *SCPluginRegister(void);
SCPlugin *SCPluginRegister(void)
{
    static SCPlugin plugin = {
        .suricata_version = "8.0 or 9.0",
        .name = "c-plugin",
        .plugin_version = "0.1.0",
        .license = "MIT OR Apache-2.0",
        .author = "The suricata-thread developers",
        .Init = Init,
    };
    /* A host with another version than this one refuses the plugin, and does not run Init. */
    plugin.version = Generation() == 9 ? SC_API_VERSION : SC_API_VERSION_8;
    return &plugin;
}
