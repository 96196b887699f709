// Mappings of the pixels. A userfaultfd in write-protect mode tells the starter of the first write after a pause; it uses no signals.
// Kernels and sandboxes without it get no watch, and the starter compares from time to time.
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_MAPPINGS = 16 };

static struct {
    char *start;
    size_t length;
} s_mappings[MAX_MAPPINGS];
static unsigned s_count;
static pthread_mutex_t s_lock = PTHREAD_MUTEX_INITIALIZER;

static int open_faults(void)
{
    const int flags = O_CLOEXEC | O_NONBLOCK;
    const long fd = syscall(SYS_userfaultfd, flags);
    return (int)(fd >= 0 ? fd : syscall(SYS_userfaultfd, flags | UFFD_USER_MODE_ONLY));
}

static void tell(const char *start, size_t length)
{
    const int error = errno;
    const uint64_t features = UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_HUGETLBFS_SHMEM;
    const struct link_message message = { .word = LINK_WATCH, .start = (uintptr_t)start, .length = length };
    struct uffdio_api api = { .api = UFFD_API, .features = features };
    struct uffdio_register range = { .range = { message.start, message.length }, .mode = UFFDIO_REGISTER_MODE_WP };
    const int fd = open_faults();
    const bool is_watched = fd >= 0 && NEXT(ioctl)(fd, UFFDIO_API, &api) == 0 && NEXT(ioctl)(fd, UFFDIO_REGISTER, &range) == 0;
    connection_send(&message, is_watched ? fd : -1);
    if (fd >= 0)
        close(fd);
    errno = error;
}

// A child has the mappings, but not the watches.
static void tell_again(void)
{
    pthread_mutex_init(&s_lock, NULL);
    for (unsigned i = 0; i < s_count; i++)
        tell(s_mappings[i].start, s_mappings[i].length);
}

void watch_mapping(void *start, size_t length, int protection)
{
    if (!(protection & PROT_WRITE))
        return;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    length = (length + page - 1) & ~(page - 1);
    pthread_mutex_lock(&s_lock);
    if (s_count == 0)
        pthread_atfork(NULL, NULL, tell_again);
    if (s_count < MAX_MAPPINGS) {
        s_mappings[s_count].start = start;
        s_mappings[s_count++].length = length;
    }
    pthread_mutex_unlock(&s_lock);
    tell(start, length);
}

// A system call that writes into a protected page fails with EFAULT where only user mode is watched. A write of the program comes first:
// the starter then leaves the pages unprotected for a while.
void watch_before_write(void *start, size_t length)
{
    char *const from = start;
    for (unsigned i = 0; i < s_count; i++) {
        if (from < s_mappings[i].start + s_mappings[i].length && s_mappings[i].start < from + length)
            __atomic_fetch_or(from > s_mappings[i].start ? from : s_mappings[i].start, 0, __ATOMIC_RELAXED);
    }
}
