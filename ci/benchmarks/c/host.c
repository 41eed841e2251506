/* A host for counting instructions. As in Suricata 9.0, its executable exports the functions that plugins call, it opens
 * a plugin with dlopen, and storage is an array of pointers at the end of each ThreadVars and each Flow.
 *
 * usage: valgrind --tool=callgrind host PLUGIN
 *
 * A plugin announces its cases in Init: bench_case() names a function to call, and bench_next() makes a case of the next
 * callback that is registered. Other thread init callbacks are set-up; other flow callbacks are not called.
 *
 * The count of a case includes the loop around it. The case "nothing", the same loop around an empty function, counts the
 * loop alone. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#define CALLS 1000 /* how often a case is called */
#define MAX 64     /* cases, and slots */

typedef struct ThreadVars ThreadVars;
typedef struct Flow Flow;
typedef void (*ThreadInitFn)(ThreadVars *, void *);
typedef void (*FlowFn)(ThreadVars *, Flow *, void *packet, void *user);
typedef void (*FreeFn)(void *);
typedef struct { int id; } SCThreadStorageId, SCFlowStorageId;

struct ThreadVars {
    char of_the_host[1024]; /* far from the storage, as the host's own fields are */
    void *storage[MAX];
};

struct Flow {
    char of_the_host[512];
    void *storage[MAX];
};

typedef struct {
    uint64_t version;
    const char *suricata_version, *name, *plugin_version, *license, *author;
    void (*Init)(void);
} SCPlugin;

struct bench_case {
    const char *name;         /* NULL: set-up */
    ThreadInitFn thread_init; /* NULL if flow is set */
    FlowFn flow;
    void *user;
};

static struct bench_case cases[MAX];
static const char *next_name;
static unsigned n_cases;
static int n_slots;
static Flow flow;
static char packet[512];

static void die(const char *problem, const char *cause)
{
    fprintf(stderr, "host: %s: %s\n", problem, cause);
    exit(1);
}

/* Not inlined, so that all cases have the same loop. */
static __attribute__((noinline)) void call_flow(FlowFn fn, void *user, ThreadVars **tvs, size_t calls)
{
    for (size_t i = 0; i < calls; i++)
        fn(tvs[i], &flow, packet, user);
}

static __attribute__((noinline)) void call_thread_init(ThreadInitFn fn, void *user, ThreadVars **tvs, size_t calls)
{
    for (size_t i = 0; i < calls; i++)
        fn(tvs[i], user);
}

static void call(const struct bench_case *c, ThreadVars **tvs, size_t calls)
{
    if (c->flow != NULL)
        call_flow(c->flow, c->user, tvs, calls);
    else
        call_thread_init(c->thread_init, c->user, tvs, calls);
}

static void nothing_flow(ThreadVars *tv, Flow *f, void *p, void *user) { (void)tv, (void)f, (void)p, (void)user; }
static void nothing_thread_init(ThreadVars *tv, void *user) { (void)tv, (void)user; }

/* Dumps the instructions of CALLS calls. */
static void count(const char *kind, const struct bench_case *c, ThreadVars **tvs)
{
    char label[256];
    snprintf(label, sizeof label, "%s\t%d\t%s", kind, CALLS, c->name);
    CALLGRIND_ZERO_STATS;
    call(c, tvs, CALLS);
    CALLGRIND_DUMP_STATS_AT(label);
}

static struct bench_case *add_case(const char *name, void *user)
{
    if (n_cases == MAX)
        die("too many", "cases");
    cases[n_cases] = (struct bench_case){ .name = name, .user = user };
    return &cases[n_cases++];
}

/* Functions that a plugin calls */

void bench_case(const char *name, FlowFn fn, void *user) { add_case(name, user)->flow = fn; }

void bench_next(const char *name) { next_name = name; }

bool SCThreadRegisterInitCallback(ThreadInitFn fn, void *user)
{
    add_case(next_name, user)->thread_init = fn;
    next_name = NULL;
    return true;
}

static bool register_flow(FlowFn fn, void *user)
{
    if (next_name != NULL)
        bench_case(next_name, fn, user);
    next_name = NULL;
    return true;
}

bool SCFlowRegisterInitCallback(FlowFn fn, void *user) { return register_flow(fn, user); }
bool SCFlowRegisterUpdateCallback(FlowFn fn, void *user) { return register_flow(fn, user); }

/* Does not compare the names, which this project chooses. */
static int register_slot(void)
{
    if (n_slots == MAX)
        die("too many", "slots");
    return n_slots++;
}

SCThreadStorageId SCThreadStorageRegister(const char *name, FreeFn free)
{
    (void)name, (void)free;
    return (SCThreadStorageId){ register_slot() };
}

SCFlowStorageId SCFlowStorageRegister(const char *name, FreeFn free)
{
    (void)name, (void)free;
    return (SCFlowStorageId){ register_slot() };
}

void *SCThreadGetStorageById(const ThreadVars *tv, SCThreadStorageId id) { return tv->storage[id.id]; }
void *SCFlowGetStorageById(const Flow *f, SCFlowStorageId id) { return f->storage[id.id]; }

int SCThreadSetStorageById(ThreadVars *tv, SCThreadStorageId id, void *ptr)
{
    tv->storage[id.id] = ptr;
    return 0;
}

int SCFlowSetStorageById(Flow *f, SCFlowStorageId id, void *ptr)
{
    f->storage[id.id] = ptr;
    return 0;
}

int SCLogGetLogLevel(void)
{
    static volatile int level = 3; /* notice; read from memory, as in Suricata */
    return level;
}

int SCLogMessage(int level, const char *file, unsigned line, const char *function, const char *module, const char *text)
{
    fprintf(stderr, "level %d, %s:%u %s %s: ", level, file, line, function, module);
    die("a plugin's error would make the figures worthless", text);
    return 0;
}

int main(int argc, char **argv)
{
    void *handle = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (handle == NULL)
        die("no plugin", dlerror());
    SCPlugin *(*entry)(void) = (SCPlugin * (*)(void)) dlsym(handle, "SCPluginRegister");
    entry()->Init();

    ThreadVars *tv = calloc(1, sizeof *tv), *tvs[CALLS];
    for (unsigned i = 0; i < CALLS; i++)
        tvs[i] = tv;
    for (struct bench_case *c = cases; c < cases + n_cases; c++) {
        struct bench_case nothing = { c->name, nothing_thread_init, c->flow != NULL ? nothing_flow : NULL, NULL };
        call(c, tvs, 10); /* the first call of a thread may insert a value */
        if (c->name == NULL)
            continue;
        count("nothing", &nothing, tvs);
        count("case", c, tvs);
    }
    return 0;
}
