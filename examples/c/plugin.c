/* Counts flows per thread: a plugin in C, one file for Suricata 8.0.x and 9.0.
 *
 * The headers are those of suricata-thread-sys: all that a plugin needs of Suricata, whose own source
 * tree is not needed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Each header has its own SC_API_VERSION. */
#define SC_API_VERSION SC_API_VERSION_8
#include "suricata_thread_8.h"
#undef SC_API_VERSION
#include "suricata_thread_9.h"

/* NULL where the host has no such function, rather than the reason why it does not load the plugin. */
#pragma weak ThreadStorageRegister
#pragma weak ThreadGetStorageById
#pragma weak ThreadSetStorageById
#pragma weak SCThreadStorageRegister
#pragma weak SCThreadGetStorageById
#pragma weak SCThreadSetStorageById

/* Suricata does not have this one. The mock, which has the functions of both, answers here which it plays. */
unsigned int suricata_thread_mock_generation_1(void) __attribute__((weak));

/* The major version of the host, 0 if it is none that this plugin knows. */
static unsigned int Generation(void)
{
    if (suricata_thread_mock_generation_1 != NULL)
        return suricata_thread_mock_generation_1();
    if (SCThreadStorageRegister != NULL)
        return 9;
    return ThreadStorageRegister != NULL ? 8 : 0;
}

/* Set in Init when the host has given a slot, and read by the callbacks, which are registered afterwards. */
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

/* Runs on the worker that picks a flow up. No lock: the state is this thread's own. */
static void OnFlowInit(ThreadVars *tv, Flow *f, const Packet *p, void *user)
{
    (void)f;
    (void)p;
    (void)user;
    /* The host's own unit tests have no thread. */
    struct State *state = tv != NULL ? GetStorage(tv) : NULL;
    if (state != NULL)
        state->flows++;
}

/* Runs on the main thread, while the host registers. */
static void Init(void)
{
    int id;
    generation = Generation();
    if (generation == 9)
        id = SCThreadStorageRegister("c-plugin", FreeState).id;
    else /* Without an alloc function 8.0 takes the size of a pointer and no other. */
        id = ThreadStorageRegister("c-plugin", sizeof(void *), NULL, FreeState).id;
    /* A plugin that is listed twice is opened once, so that it has one `slot`, but initialized twice. The second
     * time the host refuses: the slot of the first, whose callbacks are there, must stay what it is. */
    if (id < 0) {
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
        .suricata_version = "8.0 or 9.0",
        .name = "c-plugin",
        .plugin_version = "0.1.0",
        .license = "MIT OR Apache-2.0",
        .author = "The suricata-thread developers",
        .Init = Init,
    };
    /* Suricata refuses a plugin of another version than its own, so it does not run Init where it is neither. */
    plugin.version = Generation() == 9 ? SC_API_VERSION : SC_API_VERSION_8;
    return &plugin;
}
