/* A plugin in C that counts flows per thread. Each macro below adds one fault. */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct ThreadVars_ ThreadVars;
typedef struct Flow_ Flow;
typedef struct Packet_ Packet;
typedef struct { int id; } Id;
typedef struct {
    uint64_t version;
    const char *suricata_version, *name, *plugin_version, *license, *author;
    void (*Init)(void);
} SCPlugin;

int SCLogMessage(int, const char *, unsigned int, const char *, const char *, const char *);
void SCThreadRunInitCallbacks(ThreadVars *);
bool SCThreadRegisterInitCallback(void (*)(ThreadVars *, void *), void *);
bool SCFlowRegisterInitCallback(void (*)(ThreadVars *, Flow *, const Packet *, void *), void *);
bool SCFlowRegisterFinishCallback(void (*)(ThreadVars *, Flow *, void *), void *);

#if GENERATION == 8
#define API_VERSION 0x0800
#define GET ThreadGetStorageById
#define SET ThreadSetStorageById
Id ThreadStorageRegister(const char *, unsigned int, void *(*)(unsigned int), void (*)(void *));
#define REGISTER(name, free) ThreadStorageRegister(name, sizeof(void *), NULL, free)
#else
#define API_VERSION 0x0900
#define GET SCThreadGetStorageById
#define SET SCThreadSetStorageById
Id SCThreadStorageRegister(const char *, void (*)(void *));
#define REGISTER(name, free) SCThreadStorageRegister(name, free)
#endif
void *GET(const ThreadVars *, Id);
int SET(ThreadVars *, Id, void *);

#ifdef WEAK
#pragma weak SCLogMessage
#pragma weak SCThreadRegisterInitCallback
#pragma weak SCFlowRegisterInitCallback
#pragma weak SCFlowRegisterFinishCallback
#pragma weak ThreadStorageRegister
#pragma weak ThreadGetStorageById
#pragma weak ThreadSetStorageById
#endif

#ifndef VERSION
#define VERSION API_VERSION
#endif
#ifndef NAME
#define NAME "c-counter"
#endif
#ifndef AUTHOR
#define AUTHOR "the tests"
#endif
#ifndef LICENSE
#define LICENSE "MIT"
#endif
#ifndef INIT
#define INIT init
#endif

#ifdef MISSING
void no_such_function(void);
void also_missing(void);
void use_them(void) {
    no_such_function();
    also_missing();
}
#endif
#ifdef CALLS
void CALLS(void);
void call_it(void) { CALLS(); }
#endif
#ifdef MAY_CALL
void __attribute__((weak)) MAY_CALL(void);
void call_it_if_there(void) { if (MAY_CALL != NULL) MAY_CALL(); }
#endif
#ifdef BOTH_GENERATIONS
unsigned int ThreadStorageSize(void);
unsigned int SCThreadStorageSize(void);
unsigned int use_both(void) { return ThreadStorageSize() + SCThreadStorageSize(); }
#endif
#ifdef HOST_INSIDE
int SCLogMessage(int a, const char *b, unsigned int c, const char *d, const char *e, const char *f) {
    return 0;
}
#endif

#include <unistd.h>

static Id slot;
static unsigned long finished;
#ifdef KEEPS_THREAD
static ThreadVars *kept; /* the flow manager's, whose storage is freed first */
#endif

static void say(const char *name, unsigned long number) {
    char text[64];
    snprintf(text, sizeof text, "%s: %lu", name, number);
    SCLogMessage(3 /* notice */, __FILE__, __LINE__, __func__, "c-counter", text);
}

static void release(void *value) {
    unsigned long *flows = value;
#ifdef KEEPS_THREAD
    GET(kept, slot);
#endif
    say("flows of a thread", *flows);
#ifndef SHARED
    free(flows);
#endif
}

/* Lost values stay reachable, so that leak checkers find only other leaks. */
static void *known[64];
static unsigned int made;

static void *new_count(void) {
    void *count = calloc(1, sizeof(unsigned long));
    if (made < sizeof known / sizeof *known)
        known[made++] = count;
    return count;
}

static void on_thread(ThreadVars *tv, void *user) {
    (void)user;
#ifdef KEEPS_THREAD
    static int threads;
    if (++threads == 2)
        kept = tv;
#endif
#ifdef SHARED
    static unsigned long *shared;
    if (!shared)
        shared = new_count();
    SET(tv, slot, shared);
#else
    SET(tv, slot, new_count());
#endif
}

static void on_flow(ThreadVars *tv, Flow *flow, const Packet *packet, void *user) {
    (void)flow;
    (void)packet;
    (void)user;
#ifdef LOSE_VALUE
    SET(tv, slot, new_count());
#endif
#ifdef AT_A_FLOW
    AT_A_FLOW;
#endif
#ifdef LOG_AT
    SCLogMessage(LOG_AT, __FILE__, __LINE__, __func__, "c-counter", "at a flow");
#endif
    ++*(unsigned long *)GET(tv, slot);
}

static void on_end(ThreadVars *tv, Flow *flow, void *user) {
    (void)tv;
    (void)flow;
    (void)user;
    ++finished; /* all on the flow recycler */
}

__attribute__((destructor)) static void at_exit(void) {
#ifdef KEEPS_THREAD
    GET(kept, slot);
#endif
    if (finished)
        printf("flows finished: %lu\n", finished);
}

#ifdef OWN_THREAD
static void *run(void *user) {
    say("from a thread of my own", 1);
    return user;
}
#endif

#ifdef TELLS /* facts of a flow of 9.0, and the end of its storage */
bool SCFlowRegisterUpdateCallback(void (*)(ThreadVars *, Flow *, Packet *, void *), void *);
Id SCFlowStorageRegister(const char *, void (*)(void *));
int SCFlowSetStorageById(Flow *, Id, void *);
const uint8_t *SCFlowGetSourceAddressAsRawPtr(const Flow *);
const uint8_t *SCFlowGetDestinationAddressAsRawPtr(const Flow *);
uint16_t SCFlowGetSourcePort(const Flow *);
uint16_t SCFlowGetDestinationPort(const Flow *);
void SCFlowGetLastTimeAsParts(const Flow *, uint64_t *, uint64_t *);

static Id flow_slot;

static void tell(const char *name, Flow *flow) {
    const uint8_t *from = SCFlowGetSourceAddressAsRawPtr(flow);
    const uint8_t *to = SCFlowGetDestinationAddressAsRawPtr(flow);
    uint64_t seconds, microseconds;
    SCFlowGetLastTimeAsParts(flow, &seconds, &microseconds);
    char text[128];
    snprintf(text, sizeof text, "%s %u.%u.%u.%u:%u %u.%u.%u.%u:%u %lu.%06lu", name, from[0], from[1],
             from[2], from[3], SCFlowGetSourcePort(flow), to[0], to[1], to[2], to[3],
             SCFlowGetDestinationPort(flow), (unsigned long)seconds, (unsigned long)microseconds);
    SCLogMessage(3, __FILE__, __LINE__, __func__, "tells", text);
}

static void tell_of_begin(ThreadVars *tv, Flow *flow, const Packet *packet, void *user) {
    SCFlowSetStorageById(flow, flow_slot, "a value");
    tell("begins", flow);
}

static void tell_of_packet(ThreadVars *tv, Flow *flow, Packet *packet, void *user) {
    tell("packet", flow);
}

static void tell_of_end(void *value) {
    SCLogMessage(3, __FILE__, __LINE__, __func__, "tells", "freed");
}
#endif

void init(void) {
    puts("Init ran");
#ifdef TELLS
    flow_slot = SCFlowStorageRegister("tells", tell_of_end);
    SCFlowRegisterInitCallback(tell_of_begin, NULL);
    SCFlowRegisterUpdateCallback(tell_of_packet, NULL);
#endif
#ifdef OWN_THREAD
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
#endif
    slot = REGISTER("c-counter", release);
#ifdef SLOT_TWICE
    REGISTER("c-counter", release);
#endif
    SCThreadRegisterInitCallback(on_thread, NULL);
    SCFlowRegisterInitCallback(on_flow, NULL);
    SCFlowRegisterFinishCallback(on_end, NULL);
}

#ifdef LAID_OUT_FOR_7
/* A plugin of Suricata 7.0, and the memory after it. */
void *SCPluginRegister(void) {
    static struct {
        const char *name, *license, *author;
        void (*Init)(void);
        const char *beyond[3];
    } plugin = {"c-counter", "MIT", "the tests", init, {(char *)1, (char *)1, (char *)1}};
    return &plugin;
}
#elif defined NULL_ENTRY_POINT
__asm__(".globl SCPluginRegister\n.type SCPluginRegister, %function\n.set SCPluginRegister, 0");
#elif !defined NO_ENTRY_POINT
SCPlugin *SCPluginRegister(void) {
    static SCPlugin plugin = {VERSION, "tests", NAME, "1", LICENSE, AUTHOR, INIT};
#ifdef REGISTERS_EARLY
    SCThreadRegisterInitCallback(on_thread, NULL);
#endif
#ifdef CALLS_WHAT_IS_THE_HOSTS
    SCThreadRunInitCallbacks(NULL);
#endif
#ifdef RETURNS_NULL
    return NULL;
#else
    return &plugin;
#endif
}
#endif
