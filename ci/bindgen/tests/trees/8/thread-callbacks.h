/* What this test needs of Suricata's header of this name, written for it. */
#ifndef TREE_THREAD_CALLBACKS_H
#define TREE_THREAD_CALLBACKS_H
#include "suricata-common.h"
#include "threadvars.h"
typedef void (*SCThreadInitCallbackFn)(ThreadVars *tv, void *user);
bool SCThreadRegisterInitCallback(SCThreadInitCallbackFn fn, void *user);
void SCThreadRunInitCallbacks(ThreadVars *tv);
#endif
