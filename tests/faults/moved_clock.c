/* Loaded before libc (LD_PRELOAD): its clock is so many seconds off as the file MOVED_CLOCK says.
 *
 * The file is shared memory, so that the clock moves at once in every process. CLOCK_MONOTONIC
 * stays, as where somebody sets the time of a server.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>

static const volatile int64_t *off_seconds;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_sem_timedwait)(sem_t *, const struct timespec *);

__attribute__((constructor)) static void begin(void) {
    real_sem_timedwait = dlsym(RTLD_NEXT, "sem_timedwait");
    real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    int file = open(getenv("MOVED_CLOCK"), O_RDONLY | O_CLOEXEC);
    void *shared = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) abort();
    off_seconds = shared;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    if (off_seconds == NULL) begin(); /* asked by another library that begins before us */
    int result = real_clock_gettime(which, now);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
        now->tv_sec += *off_seconds;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}

time_t time(time_t *also) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (also != NULL) *also = exact.tv_sec;
    return exact.tv_sec;
}

int sem_timedwait(sem_t *restrict what, const struct timespec *restrict until) {
    struct timespec real = *until;
    real.tv_sec -= *off_seconds;
    return real_sem_timedwait(what, &real);
}
