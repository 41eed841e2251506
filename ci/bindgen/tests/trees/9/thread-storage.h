/* What this test needs of Suricata 9.0's header of this name, written for it. It speaks of
 * ThreadStorageRegister(const char *, unsigned int), but does not declare it. */
#ifndef TREE_THREAD_STORAGE_H
#define TREE_THREAD_STORAGE_H
#include "threadvars.h"
typedef struct SCThreadStorageId {
    int id;
} SCThreadStorageId;
unsigned int SCThreadStorageSize(void);
void *SCThreadGetStorageById(const ThreadVars *tv, SCThreadStorageId id);
int SCThreadSetStorageById(ThreadVars *tv, SCThreadStorageId id, void *ptr);
void SCThreadFreeStorageById(ThreadVars *tv, SCThreadStorageId id);
void SCThreadFreeStorage(ThreadVars *tv);
void SCRegisterThreadStorageTests(void);
SCThreadStorageId SCThreadStorageRegister(const char *name, void (*Free)(void *));
#endif
