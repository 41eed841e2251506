/* What this test needs of Suricata's header of this name, written for it. */
#ifndef TREE_FLOW_CALLBACKS_H
#define TREE_FLOW_CALLBACKS_H
#include "suricata-common.h"
#include "flow.h"
typedef void (*SCFlowInitCallbackFn)(ThreadVars *tv, Flow *f, const Packet *p, void *user);
bool SCFlowRegisterInitCallback(SCFlowInitCallbackFn fn, void *user);
void SCFlowRunInitCallbacks(ThreadVars *tv, Flow *f, const Packet *p);
typedef void (*SCFlowUpdateCallbackFn)(ThreadVars *tv, Flow *f, Packet *p, void *user);
bool SCFlowRegisterUpdateCallback(SCFlowUpdateCallbackFn fn, void *user);
void SCFlowRunUpdateCallbacks(ThreadVars *tv, Flow *f, Packet *p);
typedef void (*SCFlowFinishCallbackFn)(ThreadVars *tv, Flow *f, void *user);
bool SCFlowRegisterFinishCallback(SCFlowFinishCallbackFn fn, void *user);
void SCFlowRunFinishCallbacks(ThreadVars *tv, Flow *f);
#endif
