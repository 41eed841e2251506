/* Declarations that Suricata 8.0.x and 9.0 have in common.
 *
 * bindgen makes src/bindings/common.rs of this file; the comments that start
 * with two stars become its documentation. `ci/check generated` runs it. */
#ifndef SURICATA_THREAD_COMMON_H
#define SURICATA_THREAD_COMMON_H

#include <stdbool.h>
#include <stdint.h>
#include "suricata_thread_opaque.h"

/** Frees what a storage slot holds. Gets the stored pointer, never null.
 *
 * The host calls it on the thread that takes the owning thread down, after
 * that one has been joined; or on the caller's thread when a plugin frees a
 * slot by id. It must not unwind. */
typedef void (*StorageFreeFn)(void *ptr);

/* Thread and flow callbacks. */

/** Called for each `ThreadVars` that the host creates; `user` is the pointer
 * given at registration.
 *
 * It runs on the thread that *creates* `tv` (the main thread; in unix-socket
 * mode the unix manager), before the new thread starts. It must not unwind. */
typedef void (*SCThreadInitCallbackFn)(ThreadVars *tv, void *user);

/** Registers `fn` to run with `user` for each thread created from now on. The
 * same function registered twice is called twice, and there is no way back:
 * both pointers must stay valid for the life of the process.
 *
 * Returns false when the host is out of memory. Call it from `Init` only. */
bool SCThreadRegisterInitCallback(SCThreadInitCallbackFn fn, void *user);

/** Runs the thread init callbacks for `tv`, in the order of registration.
 *
 * Host only: the host calls it on the thread that creates `tv`. */
void SCThreadRunInitCallbacks(ThreadVars *tv);

/** Called when the host begins a flow, with the packet that began it; `user`
 * is the pointer given at registration.
 *
 * It runs on the worker that picked the flow up, and `tv` is that worker's
 * own. The host's own unit tests pass a null `tv`. It must not unwind. */
typedef void (*SCFlowInitCallbackFn)(ThreadVars *tv, Flow *f, const Packet *p, void *user);

/** Registers `fn` to run with `user` for each flow that begins. Both must stay
 * valid for the life of the process.
 *
 * Returns false when the host is out of memory. Call it from `Init` only. */
bool SCFlowRegisterInitCallback(SCFlowInitCallbackFn fn, void *user);

/** Runs the flow init callbacks, in the order of registration.
 *
 * Host only: the host calls it on the worker that picked the flow up. */
void SCFlowRunInitCallbacks(ThreadVars *tv, Flow *f, const Packet *p);

/** Called for every packet of a flow; `user` is the pointer given at
 * registration.
 *
 * It runs on the worker that has the packet, and `tv` is that worker's own.
 * The host's own unit tests pass a null `tv`. It must not unwind. */
typedef void (*SCFlowUpdateCallbackFn)(ThreadVars *tv, Flow *f, Packet *p, void *user);

/** Registers `fn` to run with `user` for every packet of a flow. Both must stay
 * valid for the life of the process.
 *
 * Returns false when the host is out of memory. Call it from `Init` only. */
bool SCFlowRegisterUpdateCallback(SCFlowUpdateCallbackFn fn, void *user);

/** Runs the flow update callbacks, in the order of registration.
 *
 * Host only: the host calls it on the worker that has the packet. */
void SCFlowRunUpdateCallbacks(ThreadVars *tv, Flow *f, Packet *p);

/** Called when the host retires a flow; `user` is the pointer given at
 * registration.
 *
 * It runs for some flows only, on the thread that retires the flow: usually a
 * flow recycler, not the worker that began it. `tv` is that thread's own. The
 * host's own unit tests pass a null `tv`. It must not unwind. */
typedef void (*SCFlowFinishCallbackFn)(ThreadVars *tv, Flow *f, void *user);

/** Registers `fn` to run with `user` for each flow that the host retires. Both
 * must stay valid for the life of the process.
 *
 * Returns false when the host is out of memory. Call it from `Init` only. */
bool SCFlowRegisterFinishCallback(SCFlowFinishCallbackFn fn, void *user);

/** Runs the flow finish callbacks, in the order of registration.
 *
 * Host only: the host calls it on the thread that retires the flow. */
void SCFlowRunFinishCallbacks(ThreadVars *tv, Flow *f);

/* Log. */

/** Levels of the log, the most severe first. The host prints the lines at its
 * own level and below.
 *
 * Any C `int` is a valid value: a level that is not named here, which a later
 * host may have, is no undefined behaviour. */
typedef enum SCLogLevel {
    /** The level was not set. */
    SC_LOG_NOTSET = -1,
    /** Nothing is logged. */
    SC_LOG_NONE = 0,
    /** Something failed. */
    SC_LOG_ERROR = 1,
    /** Something may go wrong. */
    SC_LOG_WARNING = 2,
    /** What the host's user should see without asking. */
    SC_LOG_NOTICE = 3,
    /** What helps to follow a run. */
    SC_LOG_INFO = 4,
    /** Figures of performance. */
    SC_LOG_PERF = 5,
    /** How the configuration was understood. */
    SC_LOG_CONFIG = 6,
    /** What helps to find an error in the code. */
    SC_LOG_DEBUG = 7,
} SCLogLevel;

/** Logs `message`, as said at `line` of `file` in `function` of `module`. The
 * strings end in NUL.
 *
 * Returns 0, or the host's error code. Call it on the host's threads only: at
 * its end the host frees its log, when it has joined those, but without waiting
 * for threads that it does not know. */
int SCLogMessage(SCLogLevel level, const char *file, unsigned int line, const char *function,
        const char *module, const char *message);

/** The host's log level: less important lines are not printed. Any thread may
 * call it. */
SCLogLevel SCLogGetLogLevel(void);

/* Plugin. */

/** Returns the version of the host, such as "8.0.8 RELEASE": a text that is
 * never freed. Any thread may call it. */
const char *GetProgramVersion(void);

/** What a plugin says of itself. The host keeps the pointers, so they must
 * stay valid for the life of the process. All strings end in NUL.
 *
 * The host ends the process when `name`, `author`, `license` or `Init` is
 * null. */
typedef struct SCPlugin {
    /** The API version that the plugin was built for, `SC_API_VERSION`. Where
     * it is not the host's own, the host logs an error, closes the plugin and
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
    /** Who wrote the plugin. */
    const char *author;
    /** Called once after loading, on the main thread, while the registration
     * of callbacks and storage is open. It must not unwind. */
    void (*Init)(void);
} SCPlugin;

/** The type of `SCPluginRegister`, the one symbol that a plugin exports. The
 * host calls it once, on the main thread; what it returns must stay valid for
 * the life of the process. */
typedef SCPlugin *(*SCPluginRegisterFunc)(void);

#endif
