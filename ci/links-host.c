/* A host that is no Suricata which plugins know. It loads the plugin file that it is given as Suricata does,
 * prints what is logged, and says at its end that it went on.
 *
 * VERSION       what GetProgramVersion returns
 * API           the version that it demands of a plugin
 * NAMES_8, _9   defined: it has a function that says which generation it is
 * ANSWER        defined: it answers like a mock of another version */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include "suricata_thread_common.h"

int SCLogMessage(SCLogLevel level, const char *file, unsigned int line, const char *function,
        const char *module, const char *message)
{
    (void)file, (void)line, (void)function, (void)module;
    printf("%s: %s\n", level == SC_LOG_ERROR ? "Error" : "Other", message);
    return 0;
}

SCLogLevel SCLogGetLogLevel(void)
{
    return SC_LOG_INFO;
}

const char *GetProgramVersion(void)
{
    return VERSION;
}

static bool Registered(const char *what)
{
    printf("Error: the plugin has registered %s\n", what);
    return false;
}

bool SCThreadRegisterInitCallback(SCThreadInitCallbackFn fn, void *user)
{
    (void)fn, (void)user;
    return Registered("a callback");
}

#ifdef NAMES_8
int ThreadStorageRegister(void)
{
    return Registered("a slot of 8.0") - 1;
}
#endif
#ifdef NAMES_9
int SCThreadStorageRegister(void)
{
    return Registered("a slot of 9.0") - 1;
}
#endif
#ifdef ANSWER
unsigned int suricata_thread_mock_generation_1(void)
{
    return ANSWER;
}
#endif

int main(int argc, char **argv)
{
    void *file = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    SCPluginRegisterFunc entry = file != NULL ? (SCPluginRegisterFunc)dlsym(file, "SCPluginRegister") : NULL;
    if (entry == NULL) {
        printf("not opened: %s\n", dlerror());
        return 1;
    }
    SCPlugin *plugin = entry();
    if (plugin->version != API)
        printf("refused: version %#x\n", (unsigned int)plugin->version);
    else
        plugin->Init();
    printf("went on\n");
    return 0;
}
