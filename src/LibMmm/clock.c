// Times.
#include "internal.h"

#include <time.h>

static int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_ms(void) { return clock_us() / 1000; }

void clock_sleep(int ms)
{
    const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    nanosleep(&time, NULL);
}

long mmm_ticks(void)
{
    static _Atomic int64_t start;
    const int64_t now = clock_us();
    int64_t first = 0;
    if (atomic_compare_exchange_strong(&start, &first, now))
        return 0;
    return (long)(now - first);
}
