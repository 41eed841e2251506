/* Declarations of Suricata 8.0.x and 9.0.
 *
 * bindgen makes src/bindings/common.rs from this file; the comments that start
 * with two stars become its documentation: `UPDATE=1 ci/check generated`. */
#ifndef SURICATA_THREAD_COMMON_H
#define SURICATA_THREAD_COMMON_H

#include <stdbool.h>
#include <stdint.h>
#include "suricata_thread_opaque.h"

/** Frees the content of a storage slot; `ptr` is never null.
 *
 * The host calls it for a thread's slot on the thread that takes that thread
 * down, after joining it, and for a flow's slot on the thread that ends the
 * flow. If a plugin frees a slot by id, the function runs on the thread that
 * does so. It must not unwind. */
typedef void (*StorageFreeFn)(void *ptr);

/* Thread and flow callbacks. */

/** Called for each `ThreadVars` that the host creates, with the `user` pointer of
 * the registration.
 *
 * It runs on the thread that *creates* `tv` (the main thread; in unix-socket
 * mode the unix manager), before the new thread starts. It must not unwind. */
typedef void (*SCThreadInitCallbackFn)(ThreadVars *tv, void *user);

/** Registers `fn` to run with `user` for each thread created from now on.
 *
 * A function that is registered twice runs twice. Nothing unregisters it, so
 * both pointers must stay valid for the life of the process. Returns false if
 * the host is out of memory. Call it from `Init` only. */
bool SCThreadRegisterInitCallback(SCThreadInitCallbackFn fn, void *user);

/** Runs the thread init callbacks for `tv`, in the order of registration.
 *
 * Host only: the host calls it on the thread that creates `tv`. */
void SCThreadRunInitCallbacks(ThreadVars *tv);

/** Called when the host begins a flow, with the packet that began it and the
 * `user` pointer of the registration.
 *
 * It runs on the worker that picked the flow up, and `tv` is that worker's
 * own. The host's own unit tests pass a null `tv`. It must not unwind. */
typedef void (*SCFlowInitCallbackFn)(ThreadVars *tv, Flow *f, const Packet *p, void *user);

/** Registers `fn` to run with `user` for each flow that begins.
 *
 * Both pointers must stay valid for the life of the process. Returns false if
 * the host is out of memory. Call it from `Init` only. */
bool SCFlowRegisterInitCallback(SCFlowInitCallbackFn fn, void *user);

/** Runs the flow init callbacks for `f`, in the order of registration.
 *
 * Host only: the host calls it on the worker that picked the flow up. */
void SCFlowRunInitCallbacks(ThreadVars *tv, Flow *f, const Packet *p);

/** Called for every packet of a flow, with the `user` pointer of the
 * registration.
 *
 * It runs on the worker that has the packet, and `tv` is that worker's own.
 * The host's own unit tests pass a null `tv`. It must not unwind. */
typedef void (*SCFlowUpdateCallbackFn)(ThreadVars *tv, Flow *f, Packet *p, void *user);

/** Registers `fn` to run with `user` for every packet of a flow.
 *
 * Both pointers must stay valid for the life of the process. Returns false if
 * the host is out of memory. Call it from `Init` only. */
bool SCFlowRegisterUpdateCallback(SCFlowUpdateCallbackFn fn, void *user);

/** Runs the flow update callbacks for `f`, in the order of registration.
 *
 * Host only: the host calls it on the worker that has the packet. */
void SCFlowRunUpdateCallbacks(ThreadVars *tv, Flow *f, Packet *p);

/** Called at the end of some flows, with the `user` pointer of the
 * registration.
 *
 * It runs on the thread that ends the flow: usually a flow recycler, not the
 * worker that began the flow. `tv` is that thread's own. The host's own unit
 * tests pass a null `tv`. It must not unwind. */
typedef void (*SCFlowFinishCallbackFn)(ThreadVars *tv, Flow *f, void *user);

/** Registers `fn` to run with `user` at the end of some flows.
 *
 * Both pointers must stay valid for the life of the process. Returns false if
 * the host is out of memory. Call it from `Init` only. */
bool SCFlowRegisterFinishCallback(SCFlowFinishCallbackFn fn, void *user);

/** Runs the flow finish callbacks for `f`, in the order of registration.
 *
 * Host only: the host calls it on the thread that ends the flow. */
void SCFlowRunFinishCallbacks(ThreadVars *tv, Flow *f);

/* Log. */

/** Levels of the log, the most severe first.
 *
 * The host prints lines of its own level and of more severe ones. Any C `int`
 * is a valid value: a later host may have other levels. */
typedef enum SCLogLevel {
    /** The level was not set. */
    SC_LOG_NOTSET = -1,
    /** Nothing is logged. */
    SC_LOG_NONE = 0,
    /** Something failed. */
    SC_LOG_ERROR = 1,
    /** Something may be wrong. */
    SC_LOG_WARNING = 2,
    /** Messages for every user of the host. */
    SC_LOG_NOTICE = 3,
    /** Details of the run. */
    SC_LOG_INFO = 4,
    /** Details of the performance. */
    SC_LOG_PERF = 5,
    /** Details of the configuration. */
    SC_LOG_CONFIG = 6,
    /** Details for debugging. */
    SC_LOG_DEBUG = 7,
} SCLogLevel;

/** Logs `message` at `level`, with the place in the source that it comes from.
 *
 * The strings end in NUL. Returns 0, or the host's error code. Call it on the
 * host's threads only: the host joins these before it frees its log, but does
 * not wait for other threads. */
int SCLogMessage(SCLogLevel level, const char *file, unsigned int line, const char *function,
        const char *module, const char *message);

/** Returns the host's log level: less severe lines are not printed.
 *
 * Any thread may call it. */
SCLogLevel SCLogGetLogLevel(void);

/* Plugin. */

/** Returns the version of the host, such as "8.0.8 RELEASE".
 *
 * The text is never freed. Any thread may call this function. */
const char *GetProgramVersion(void);

/** The description of a plugin.
 *
 * The host keeps the pointers, so they must stay valid for the life of the
 * process. All strings end in NUL. The host ends the process if `name`,
 * `author`, `license` or `Init` is null. */
typedef struct SCPlugin {
    /** The API version that the plugin was built for, `SC_API_VERSION`.
     *
     * If the host has another version, it logs an error, closes the plugin and
     * goes on without it. */
    uint64_t version;
    /** The Suricata version that the plugin was built for. */
    const char *suricata_version;
    /** The plugin's name. */
    const char *name;
    /** The plugin's own version. */
    const char *plugin_version;
    /** The plugin's licence. */
    const char *license;
    /** The plugin's author. */
    const char *author;
    /** Called on the main thread after the plugin is loaded, while callbacks and
     * storage may be registered. It must not unwind. */
    void (*Init)(void);
} SCPlugin;

/** The type of `SCPluginRegister`, the function that a plugin exports.
 *
 * The host calls it on the main thread. The result must stay valid for the life
 * of the process. */
typedef SCPlugin *(*SCPluginRegisterFunc)(void);

#endif
