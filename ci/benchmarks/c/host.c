/* A host as Suricata is one, for measuring: its executable exports the functions that plugins call, and it opens
 * plugins with dlopen. Storage is an array of pointers at the end of each ThreadVars, as in Suricata.
 *
 * usage: host count PLUGIN                  every case of one plugin, once each, under callgrind
 *        host time ROUNDS PLUGIN...         nanoseconds a call, all plugins side by side
 *        host grow THREADS SLOTS PLUGIN     start-up, access, shut-down
 *
 * A plugin announces its cases while its Init runs: bench_case() names a function to call, bench_next() makes the next
 * callback that is registered a case. Other thread init callbacks are set-up, other flow callbacks are not called.
 *
 * Under callgrind each case is counted from the loop around it and dumped under its name. The same loop around an
 * empty function, the case "nothing", tells what the loop itself takes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

#define CALLS 1000       /* how often a case is called */
#define REGISTRATIONS 32 /* how often one that registers */
#define OTHER_THREADS 7  /* alive beside the one that is measured */
#define MAX_CASES 64
#define MAX_PLUGINS 16
#define MAX_SLOTS 4096
#define LEVEL_NOTICE 3

typedef struct ThreadVars ThreadVars;
typedef void (*ThreadInitFn)(ThreadVars *, void *);
typedef void (*FlowFn)(ThreadVars *, void *flow, void *packet, void *user);
typedef void (*FreeFn)(void *);
typedef struct { int id; } SCThreadStorageId;

struct ThreadVars {
    char of_the_host[1024]; /* far from the storage, as the host's own fields are */
    void *storage[];
};

typedef struct {
    uint64_t version;
    const char *suricata_version, *name, *plugin_version, *license, *author;
    void (*Init)(void);
} SCPlugin;

/* How a case is called: on one thread again and again, each time with the ThreadVars of a thread that has nothing
 * stored yet, or while Init runs. In step with examples/host/mod.rs. */
enum kind { SAME_THREAD, NEW_THREADS, IN_INIT };

struct bench_case {
    const char *name;
    enum kind kind;
    ThreadInitFn thread_init; /* this or the next */
    FlowFn flow;
    void *user;
    double *samples; /* nanoseconds a call */
};

static struct plugin {
    const char *file;
    struct bench_case cases[MAX_CASES];
    unsigned n_cases;
} plugins[MAX_PLUGINS];
static unsigned n_plugins;
static struct plugin *loading;
static const char *next_name;

static struct { ThreadInitFn fn; void *user; } set_up[MAX_PLUGINS * MAX_SLOTS];
static unsigned n_set_up;
static struct { const char *name; FreeFn free; } slots[MAX_SLOTS];
static unsigned n_slots;
static bool closed;
static unsigned slots_wanted = 1;
static bool counting;

static char flow[512], packet[512];

static void die(const char *what, const char *why)
{
    fprintf(stderr, "host: %s: %s\n", what, why);
    exit(1);
}

/* Allocations, counted only in the build for that: the wrappers cost instructions. */

#ifdef COUNT_ALLOCATIONS
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
static size_t allocations, allocated_bytes, frees;
#define COUNTED(size) (__atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED), \
    __atomic_add_fetch(&allocated_bytes, (size), __ATOMIC_RELAXED))
void *malloc(size_t size) { COUNTED(size); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { COUNTED(n * size); return __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { COUNTED(size); return __libc_realloc(old, size); }
void *memalign(size_t align, size_t size) { COUNTED(size); return __libc_memalign(align, size); }
void *aligned_alloc(size_t align, size_t size) { COUNTED(size); return __libc_memalign(align, size); }
int posix_memalign(void **out, size_t align, size_t size)
{
    COUNTED(size);
    *out = __libc_memalign(align, size);
    return *out == NULL ? 12 : 0;
}
void free(void *ptr)
{
    if (ptr != NULL)
        __atomic_add_fetch(&frees, 1, __ATOMIC_RELAXED);
    __libc_free(ptr);
}
static void report_allocations(const char *phase)
{
    printf("%s\t%zu\t%zu\t%zu\n", phase, allocations, allocated_bytes, frees);
    fflush(stdout);
    allocations = allocated_bytes = frees = 0;
}
static void forget_allocations(void) { allocations = allocated_bytes = frees = 0; }
#else
static void report_allocations(const char *phase) { (void)phase; }
static void forget_allocations(void) {}
#endif

/* What a plugin calls */

static struct bench_case *add_case(const char *name, enum kind kind, void *user)
{
    if (loading == NULL || loading->n_cases == MAX_CASES)
        die(name, "too many cases, or not while Init runs");
    struct bench_case *c = &loading->cases[loading->n_cases++];
    *c = (struct bench_case){ .name = name, .kind = kind, .user = user };
    return c;
}

static void measure_count(struct bench_case *c, ThreadVars **tvs, size_t calls);

void bench_case(const char *name, enum kind kind, FlowFn fn, void *user)
{
    struct bench_case *c = add_case(name, kind, user);
    c->flow = fn;
    if (kind == IN_INIT && counting) {
        ThreadVars *none[REGISTRATIONS] = { NULL };
        measure_count(c, none, REGISTRATIONS);
    }
}

void bench_next(const char *name) { next_name = name; }

/* How many slots a plugin should register. */
unsigned bench_slots(void) { return slots_wanted; }

bool SCThreadRegisterInitCallback(ThreadInitFn fn, void *user)
{
    if (next_name != NULL) {
        add_case(next_name, SAME_THREAD, user)->thread_init = fn;
        next_name = NULL;
        return true;
    }
    if (n_set_up == sizeof set_up / sizeof *set_up)
        return false;
    set_up[n_set_up].fn = fn;
    set_up[n_set_up++].user = user;
    return true;
}

static bool register_flow(FlowFn fn, void *user)
{
    if (next_name == NULL)
        return true; /* a library's own: the whole of Suricata shows what it costs */
    add_case(next_name, SAME_THREAD, user)->flow = fn;
    next_name = NULL;
    return true;
}

bool SCFlowRegisterInitCallback(FlowFn fn, void *user) { return register_flow(fn, user); }
bool SCFlowRegisterUpdateCallback(FlowFn fn, void *user) { return register_flow(fn, user); }

SCThreadStorageId SCThreadStorageRegister(const char *name, FreeFn free)
{
    SCThreadStorageId refused = { -1 };
    if (closed || name == NULL || *name == '\0' || free == NULL || n_slots == MAX_SLOTS)
        return refused;
    for (unsigned i = 0; i < n_slots; i++) {
        if (strcmp(slots[i].name, name) == 0)
            return refused;
    }
    slots[n_slots].name = name;
    slots[n_slots].free = free;
    return (SCThreadStorageId){ (int)n_slots++ };
}

void *SCThreadGetStorageById(const ThreadVars *tv, SCThreadStorageId id) { return tv->storage[id.id]; }

int SCThreadSetStorageById(ThreadVars *tv, SCThreadStorageId id, void *ptr)
{
    tv->storage[id.id] = ptr;
    return 0;
}

int SCLogGetLogLevel(void)
{
    static volatile int level = LEVEL_NOTICE; /* read from memory, as in Suricata */
    return level;
}

int SCLogMessage(int level, const char *file, unsigned line, const char *function, const char *module,
    const char *message)
{
    fprintf(stderr, "level %d, %s:%u %s %s: %s\n", level, file, line, function, module, message);
    if (level < LEVEL_NOTICE)
        exit(1); /* a plugin's error would make the figures worthless */
    return 0;
}

/* Threads */

/* Lets all other threads come to rest: what they execute would be counted as well. */
static void settle(void)
{
    struct timespec t = { .tv_nsec = 20 * 1000 * 1000 };
    nanosleep(&t, NULL);
    CALLGRIND_DUMP_STATS_AT("before"); /* takes what they have executed out of the next dump */
}

static ThreadVars *new_thread_vars(void)
{
    ThreadVars *tv = calloc(1, sizeof *tv + n_slots * sizeof(void *));
    if (tv == NULL)
        die("calloc", "out of memory");
    return tv;
}

static void run_set_up(ThreadVars *tv)
{
    for (unsigned i = 0; i < n_set_up; i++)
        set_up[i].fn(tv, set_up[i].user);
}

static void free_storage(ThreadVars *tv)
{
    for (unsigned i = 0; i < n_slots; i++) {
        if (tv->storage[i] != NULL) {
            slots[i].free(tv->storage[i]);
            tv->storage[i] = NULL;
        }
    }
}

struct thread {
    pthread_t thread;
    ThreadVars *tv;
    pthread_barrier_t *ready, *end;
    bool measured;
};

/* The first case of a plugin that is called on one thread again and again is the one access. */
static void access_once(struct plugin *p, ThreadVars *tv)
{
    if (p->n_cases == 0 || p->cases[0].flow == NULL)
        die(p->file, "has no case to call");
    p->cases[0].flow(tv, flow, packet, p->cases[0].user);
}

static void *thread_main(void *arg)
{
    struct thread *t = arg;
    for (unsigned i = 0; i < n_plugins; i++)
        access_once(&plugins[i], t->tv);
    pthread_barrier_wait(t->ready); /* all threads have used their values */
    if (t->measured) {
        ThreadVars *tvs[CALLS];
        for (unsigned i = 0; i < CALLS; i++)
            tvs[i] = t->tv;
        measure_count(&plugins[0].cases[0], tvs, CALLS);
    }
    pthread_barrier_wait(t->end);
    return NULL;
}

static void start_thread(struct thread *t)
{
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 * 1024);
    if (pthread_create(&t->thread, &small, thread_main, t) != 0)
        die("pthread_create", "failed");
    pthread_attr_destroy(&small);
}

/* Measuring */

/* Not inlined and all alike, so that only what is called differs. */
static __attribute__((noinline)) void call_flow(FlowFn fn, void *user, ThreadVars **tvs, size_t calls)
{
    for (size_t i = 0; i < calls; i++)
        fn(tvs[i], flow, packet, user);
}

static __attribute__((noinline)) void call_thread_init(ThreadInitFn fn, void *user, ThreadVars **tvs, size_t calls)
{
    for (size_t i = 0; i < calls; i++)
        fn(tvs[i], user);
}

static void call(struct bench_case *c, ThreadVars **tvs, size_t calls)
{
    if (c->flow != NULL)
        call_flow(c->flow, c->user, tvs, calls);
    else
        call_thread_init(c->thread_init, c->user, tvs, calls);
}

static void nothing_flow(ThreadVars *tv, void *f, void *p, void *user) { (void)tv, (void)f, (void)p, (void)user; }
static void nothing_thread_init(ThreadVars *tv, void *user) { (void)tv, (void)user; }

/* Dumps the instructions of `calls` calls as "NAME", and of as many calls of an empty function as "nothing: NAME". */
static void measure_count(struct bench_case *c, ThreadVars **tvs, size_t calls)
{
    static struct bench_case nothing; /* reused: its address is part of no figure */
    char label[256];
    nothing = *c;
    nothing.flow = c->flow != NULL ? nothing_flow : NULL;
    nothing.thread_init = nothing_thread_init;

    settle();
    snprintf(label, sizeof label, "nothing\t%zu\t%s", calls, c->name);
    CALLGRIND_ZERO_STATS;
    call(&nothing, tvs, calls);
    CALLGRIND_DUMP_STATS_AT(label);
    snprintf(label, sizeof label, "case\t%zu\t%s", calls, c->name);
    CALLGRIND_ZERO_STATS;
    call(c, tvs, calls);
    CALLGRIND_DUMP_STATS_AT(label);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static double measure_time(struct bench_case *c, ThreadVars *tv)
{
    ThreadVars *tvs[CALLS];
    unsigned repeats = c->kind == NEW_THREADS ? 1 : 20;
    for (unsigned i = 0; i < CALLS; i++)
        tvs[i] = c->kind == NEW_THREADS ? new_thread_vars() : tv;
    call(c, tvs, c->kind == NEW_THREADS ? 0 : CALLS); /* warm */
    double start = now();
    for (unsigned i = 0; i < repeats; i++)
        call(c, tvs, CALLS);
    double ns = (now() - start) / repeats / CALLS;
    if (c->kind == NEW_THREADS) {
        for (unsigned i = 0; i < CALLS; i++) {
            free_storage(tvs[i]);
            free(tvs[i]);
        }
    }
    return ns;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void load(const char *file)
{
    if (n_plugins == MAX_PLUGINS)
        die(file, "too many plugins");
    void *handle = dlopen(file, RTLD_NOW);
    if (handle == NULL)
        die(file, dlerror());
    SCPlugin *(*entry)(void) = (SCPlugin * (*)(void)) dlsym(handle, "SCPluginRegister");
    if (entry == NULL)
        die(file, "no entry point");
    loading = &plugins[n_plugins++];
    loading->file = file;
    entry()->Init();
    loading = NULL;
}

static void count(void)
{
    struct plugin *p = &plugins[0];
    ThreadVars *tv = new_thread_vars(), *tvs[CALLS];
    run_set_up(tv);
    for (unsigned i = 0; i < p->n_cases; i++) {
        struct bench_case *c = &p->cases[i];
        if (c->kind == IN_INIT)
            continue; /* counted while Init ran */
        for (unsigned j = 0; j < CALLS; j++)
            tvs[j] = c->kind == NEW_THREADS ? new_thread_vars() : tv;
        if (c->kind == SAME_THREAD)
            call(c, tvs, 10); /* what is done once per thread */
        measure_count(c, tvs, CALLS);
    }
}

static void measure_times(unsigned rounds)
{
    ThreadVars *tv = new_thread_vars();
    run_set_up(tv);
    for (unsigned p = 0; p < n_plugins; p++) {
        for (unsigned i = 0; i < plugins[p].n_cases; i++)
            plugins[p].cases[i].samples = calloc(rounds, sizeof(double));
    }
    for (unsigned round = 0; round < rounds; round++) {
        /* Case by case, so that what is compared runs close together. */
        for (unsigned i = 0; i < MAX_CASES; i++) {
            for (unsigned p = 0; p < n_plugins; p++) {
                if (i < plugins[p].n_cases && plugins[p].cases[i].kind != IN_INIT)
                    plugins[p].cases[i].samples[round] = measure_time(&plugins[p].cases[i], tv);
            }
        }
    }
    for (unsigned p = 0; p < n_plugins; p++) {
        for (unsigned i = 0; i < plugins[p].n_cases; i++) {
            struct bench_case *c = &plugins[p].cases[i];
            if (c->kind == IN_INIT)
                continue;
            qsort(c->samples, rounds, sizeof(double), by_size);
            printf("%s\t%s\t%.3f\n", plugins[p].file, c->name, c->samples[rounds / 2]);
        }
    }
}

/* Starts `n` threads that stay alive until end_threads; when this returns, each has used its value. On the last one the
 * access is measured, if wanted. */
static struct thread *with_threads(unsigned n, bool measure_last, pthread_barrier_t *ready, pthread_barrier_t *end)
{
    struct thread *threads = calloc(n, sizeof *threads);
    ThreadVars **tvs = calloc(n, sizeof *tvs);
    if (threads == NULL || tvs == NULL)
        die("calloc", "out of memory");
    for (unsigned i = 0; i < n; i++)
        tvs[i] = new_thread_vars();
    settle();
    forget_allocations();
    CALLGRIND_ZERO_STATS;
    for (unsigned i = 0; i < n; i++)
        run_set_up(tvs[i]);
    CALLGRIND_DUMP_STATS_AT("phase\t1\tstart-up");
    report_allocations("start-up");
    for (unsigned i = 0; i < n; i++) {
        threads[i] = (struct thread){ .tv = tvs[i], .ready = ready, .end = end,
            .measured = measure_last && i + 1 == n };
        start_thread(&threads[i]);
    }
    free(tvs);
    pthread_barrier_wait(ready);
    return threads;
}

static void end_threads(struct thread *threads, unsigned n, pthread_barrier_t *end)
{
    pthread_barrier_wait(end);
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i].thread, NULL);
    settle();
    forget_allocations();
    CALLGRIND_ZERO_STATS;
    for (unsigned i = 0; i < n; i++)
        free_storage(threads[i].tv);
    CALLGRIND_DUMP_STATS_AT("phase\t1\tshut-down");
    report_allocations("shut-down");
}

static unsigned number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*end != '\0' || value == 0 || value > 100000)
        die(text, "not a number that makes sense here");
    return (unsigned)value;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    unsigned others = OTHER_THREADS, rounds = 0;
    int first = 2;
    if (strcmp(mode, "time") == 0 && argc > 3) {
        rounds = number(argv[2]);
        first = 3;
    } else if (strcmp(mode, "grow") == 0 && argc == 5) {
        others = number(argv[2]);
        slots_wanted = number(argv[3]);
        first = 4;
    } else if (strcmp(mode, "count") != 0 || argc != 3) {
        die("usage", "host count PLUGIN | time ROUNDS PLUGIN... | grow THREADS SLOTS PLUGIN");
    }
    counting = strcmp(mode, "count") == 0;
    for (int i = first; i < argc; i++)
        load(argv[i]);
    closed = true;

    pthread_barrier_t ready, end;
    pthread_barrier_init(&ready, NULL, others + 1);
    pthread_barrier_init(&end, NULL, others + 1);
    bool grow = strcmp(mode, "grow") == 0;
    struct thread *threads = with_threads(others, grow, &ready, &end);
    if (counting)
        count();
    else if (rounds != 0)
        measure_times(rounds);
    end_threads(threads, others, &end);
    return 0;
}
