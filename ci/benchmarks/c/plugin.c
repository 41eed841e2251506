/* The measured plugin in C, for the measuring host (see host.c). With SURICATA_8, a plugin for a real Suricata 8.0 that
 * counts the packets of each thread. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct ThreadVars ThreadVars;
typedef struct Flow Flow;
typedef struct Packet Packet;
typedef struct { int id; } StorageId;

extern bool SCThreadRegisterInitCallback(void (*)(ThreadVars *, void *), void *);
extern bool SCFlowRegisterUpdateCallback(void (*)(ThreadVars *, Flow *, Packet *, void *), void *);
extern int SCLogGetLogLevel(void);
extern int SCLogMessage(int, const char *, unsigned, const char *, const char *, const char *);

enum { NOTICE = 3, INFO = 4 };

#ifdef SURICATA_8
#define API_VERSION 0x0800
#define get_storage ThreadGetStorageById
#define set_storage ThreadSetStorageById
extern StorageId ThreadStorageRegister(const char *, unsigned, void *(*)(unsigned), void (*)(void *));
static StorageId register_slot(const char *name, void (*free)(void *))
{
    return ThreadStorageRegister(name, sizeof(void *), NULL, free);
}
#else
#define API_VERSION 0x0900
#define get_storage SCThreadGetStorageById
#define set_storage SCThreadSetStorageById
extern StorageId SCThreadStorageRegister(const char *, void (*)(void *));
static StorageId register_slot(const char *name, void (*free)(void *)) { return SCThreadStorageRegister(name, free); }
#endif
extern void *get_storage(const ThreadVars *, StorageId);
extern int set_storage(ThreadVars *, StorageId, void *);

struct state {
    uint64_t calls;
};

static void say(int level, const char *message)
{
    if (SCLogGetLogLevel() >= level)
        SCLogMessage(level, __FILE__, __LINE__, __func__, "bench", message);
}

static inline void count(ThreadVars *tv, StorageId id)
{
    struct state *state = get_storage(tv, id);
    if (state != NULL)
        state->calls++;
}

static inline struct state *get_or_insert(ThreadVars *tv, StorageId id)
{
    struct state *state = get_storage(tv, id);
    if (state == NULL) {
        state = calloc(1, sizeof *state);
        if (state == NULL || set_storage(tv, id, state) != 0)
            abort();
    }
    return state;
}

static void free_state(void *state)
{
#ifdef SURICATA_8
    char message[64];
    snprintf(message, sizeof message, "bench: %llu packets", (unsigned long long)((struct state *)state)->calls);
    say(NOTICE, message);
#endif
    free(state);
}

static void flow_update(ThreadVars *tv, Flow *f, Packet *p, void *user)
{
    (void)f, (void)p;
    count(tv, *(StorageId *)user);
}

static void fill(ThreadVars *tv, void *user) { get_or_insert(tv, *(StorageId *)user); }

#ifdef SURICATA_8

static void init(void)
{
    static StorageId id;
    id = register_slot("bench-c", free_state);
    if (id.id < 0 || !SCThreadRegisterInitCallback(fill, &id) || !SCFlowRegisterUpdateCallback(flow_update, &id))
        abort();
}

#else

enum kind { SAME_THREAD, NEW_THREADS, IN_INIT };
typedef void (*Call)(ThreadVars *, Flow *, Packet *, void *);
extern void bench_case(const char *, enum kind, Call, void *);
extern void bench_next(const char *);
extern unsigned bench_slots(void);
extern bool SCFlowRegisterInitCallback(void (*)(ThreadVars *, Flow *, const Packet *, void *), void *);

static void empty_thread_init(ThreadVars *tv, void *user) { (void)tv, (void)user; }
static void thread_init(ThreadVars *tv, void *user) { count(tv, *(StorageId *)user); }
static void empty_flow_init(ThreadVars *tv, Flow *f, const Packet *p, void *user)
{
    (void)tv, (void)f, (void)p, (void)user;
}
static void flow_init(ThreadVars *tv, Flow *f, const Packet *p, void *user)
{
    (void)f, (void)p;
    count(tv, *(StorageId *)user);
}
static void empty_flow_update(ThreadVars *tv, Flow *f, Packet *p, void *user)
{
    (void)tv, (void)f, (void)p, (void)user;
}

static void insert(ThreadVars *tv, Flow *f, Packet *p, void *user)
{
    (void)f, (void)p;
    get_or_insert(tv, *(StorageId *)user)->calls++;
}

static void log_info(ThreadVars *tv, Flow *f, Packet *p, void *user)
{
    (void)tv, (void)f, (void)p, (void)user;
    say(INFO, "called");
}

enum { REGISTRATIONS = 32, NAME_SIZE = 24 };

static void register_next(ThreadVars *tv, Flow *f, Packet *p, void *user)
{
    (void)tv, (void)f, (void)p;
    char **next = user;
    if (register_slot(*next, free_state).id < 0)
        abort();
    *next += NAME_SIZE;
}

/* `count` names, which begin with `prefix`, NAME_SIZE apart. */
static char *names(const char *prefix, unsigned count)
{
    char *names = calloc(count, NAME_SIZE);
    if (names == NULL)
        abort();
    for (unsigned i = 0; i < count; i++)
        snprintf(names + i * NAME_SIZE, NAME_SIZE, "%s-%u", prefix, i);
    return names;
}

static void init(void)
{
    unsigned slots = bench_slots();
    StorageId *ids = calloc(slots, sizeof *ids);
    char *name = names("c-slot", slots);
    if (ids == NULL)
        abort();
    for (unsigned i = 0; i < slots; i++) {
        ids[i] = register_slot(name + i * NAME_SIZE, free_state);
        if (ids[i].id < 0 || !SCThreadRegisterInitCallback(fill, &ids[i]))
            abort();
    }
    StorageId *last = &ids[slots - 1];
    static char *next;
    next = names("c", REGISTRATIONS);

    bench_case("access", SAME_THREAD, flow_update, last);
    bench_next("thread init, empty");
    SCThreadRegisterInitCallback(empty_thread_init, NULL);
    bench_next("thread init, one access");
    SCThreadRegisterInitCallback(thread_init, last);
    bench_next("flow init, empty");
    SCFlowRegisterInitCallback(empty_flow_init, NULL);
    bench_next("flow init, one access");
    SCFlowRegisterInitCallback(flow_init, last);
    bench_next("flow update, empty");
    SCFlowRegisterUpdateCallback(empty_flow_update, NULL);
    bench_next("flow update, one access");
    SCFlowRegisterUpdateCallback(flow_update, last);
    bench_case("get_or_insert_with, filled", SAME_THREAD, insert, last);
    bench_case("get_or_insert_with, empty", NEW_THREADS, insert, last);
    bench_case("register", IN_INIT, register_next, &next);
    bench_case("log below the host's level", SAME_THREAD, log_info, NULL);
}

#endif

typedef struct {
    uint64_t version;
    const char *suricata_version, *name, *plugin_version, *license, *author;
    void (*Init)(void);
} SCPlugin;

SCPlugin *SCPluginRegister(void)
{
    static SCPlugin plugin = { API_VERSION, "8.0 or 9.0", "bench-c", "0", "MIT", "The suricata-thread developers", init };
    return &plugin;
}
