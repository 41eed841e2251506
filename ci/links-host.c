/* A host of a version that plugins don't know. It loads a plugin file as Suricata does, prints the log, and prints
 * "went on" at its end.
 *
 * VERSION       the result of GetProgramVersion
 * API           the API version that it demands of a plugin
 * HAS           F(NAME, RESULT) for each function that tells the generation; the result -1 refuses a slot */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include "suricata_thread_common.h"

#define F(name, result) int name(void) { return result; }
HAS

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

/* A refusal makes the plugin log an error. */
bool SCThreadRegisterInitCallback(SCThreadInitCallbackFn fn, void *user)
{
    (void)fn, (void)user;
    return false;
}

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
