/* What this test needs of Suricata 8.0's header of this name, written for it. It speaks of
 * SCThreadStorageRegister(const char *, void (*)(void *)), but does not declare it. */
#ifndef TREE_THREAD_STORAGE_H
#define TREE_THREAD_STORAGE_H
#include "threadvars.h"
typedef struct ThreadStorageId {
    int id;
} ThreadStorageId;
unsigned int ThreadStorageSize(void);
void *ThreadGetStorageById(const ThreadVars *tv, ThreadStorageId id);
int ThreadSetStorageById(ThreadVars *tv, ThreadStorageId id, void *ptr);
void *ThreadAllocStorageById(ThreadVars *tv, ThreadStorageId id);
void ThreadFreeStorageById(ThreadVars *tv, ThreadStorageId id);
void ThreadFreeStorage(ThreadVars *tv);
void RegisterThreadStorageTests(void);
ThreadStorageId ThreadStorageRegister(
        const char *name, const unsigned int size, void *(*Alloc)(unsigned int), void (*Free)(void *));
#endif
