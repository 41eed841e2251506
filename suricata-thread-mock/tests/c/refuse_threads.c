/* For LD_PRELOAD: a system that gives a program no more than GIVEN threads. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

typedef int Create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *user) {
    static int given;
    if (given++ >= GIVEN)
        return EAGAIN;
    return ((Create *)dlsym(RTLD_NEXT, "pthread_create"))(thread, how, run, user);
}
