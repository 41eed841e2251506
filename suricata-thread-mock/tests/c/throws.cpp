// A plugin in C++ for 8.0, in which the function that the macro THROWS names throws.
#include <cstdint>
#include <stdexcept>

struct ThreadVars;
struct Flow;
struct Packet;
struct Id {
    int id;
};
struct SCPlugin {
    uint64_t version;
    const char *suricata_version, *name, *plugin_version, *license, *author;
    void (*Init)();
};

extern "C" {
bool SCThreadRegisterInitCallback(void (*)(ThreadVars *, void *), void *);
bool SCFlowRegisterInitCallback(void (*)(ThreadVars *, Flow *, const Packet *, void *), void *);
Id ThreadStorageRegister(const char *, unsigned int, void *(*)(unsigned int), void (*)(void *));
int ThreadSetStorageById(ThreadVars *, Id, void *);
}

enum Function { INIT, ON_THREAD, ON_FLOW, RELEASE };

static void enter(Function function) {
    if (function == THROWS)
        throw std::runtime_error("no configuration");
}

static Id slot;

static void release(void *) { enter(RELEASE); }

static void on_thread(ThreadVars *tv, void *) {
    enter(ON_THREAD);
    ThreadSetStorageById(tv, slot, reinterpret_cast<void *>(1));
}

static void on_flow(ThreadVars *, Flow *, const Packet *, void *) { enter(ON_FLOW); }

static void init() {
    enter(INIT);
    slot = ThreadStorageRegister("cpp-thrower", sizeof(void *), nullptr, release);
    SCThreadRegisterInitCallback(on_thread, nullptr);
    SCFlowRegisterInitCallback(on_flow, nullptr);
}

extern "C" SCPlugin *SCPluginRegister() {
    static SCPlugin plugin = {0x0800, "tests", "cpp-thrower", "1", "MIT", "the tests", init};
    return &plugin;
}
