// The functions of the C library that the preloaded library replaces. Each one looks whether it is asked for a device of the starter, and
// otherwise calls the function that it replaces.
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

// The mode of open, which is given only with these flags.
#define MODE_OF(flags, mode) \
    do { \
        if ((flags) & (O_CREAT | O_TMPFILE)) { \
            va_list arguments; \
            va_start(arguments, flags); \
            (mode) = va_arg(arguments, mode_t); \
            va_end(arguments); \
        } \
    } while (0)

INSTEAD int open(const char *path, int flags, ...)
{
    int fd;
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return paths_open(path, flags, &fd) ? fd : NEXT(open)(path, flags, mode);
}

INSTEAD int open64(const char *path, int flags, ...)
{
    int fd;
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return paths_open(path, flags, &fd) ? fd : NEXT(open64)(path, flags, mode);
}

INSTEAD int openat(int directory, const char *path, int flags, ...)
{
    int fd;
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return paths_open(path, flags, &fd) ? fd : NEXT(openat)(directory, path, flags, mode);
}

INSTEAD int openat64(int directory, const char *path, int flags, ...)
{
    int fd;
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return paths_open(path, flags, &fd) ? fd : NEXT(openat64)(directory, path, flags, mode);
}

// What compilers call with _FORTIFY_SOURCE.
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);

INSTEAD int __open_2(const char *path, int flags)
{
    int fd;
    return paths_open(path, flags, &fd) ? fd : NEXT(__open_2)(path, flags);
}

INSTEAD int __open64_2(const char *path, int flags)
{
    int fd;
    return paths_open(path, flags, &fd) ? fd : NEXT(__open64_2)(path, flags);
}

INSTEAD int __openat_2(int directory, const char *path, int flags)
{
    int fd;
    return paths_open(path, flags, &fd) ? fd : NEXT(__openat_2)(directory, path, flags);
}

INSTEAD int __openat64_2(int directory, const char *path, int flags)
{
    int fd;
    return paths_open(path, flags, &fd) ? fd : NEXT(__openat64_2)(directory, path, flags);
}

// Returns false for a path that is no device.
static bool open_stream(const char *path, const char *mode, FILE **stream)
{
    int fd;
    const int one_way = mode[0] == 'r' ? O_RDONLY : O_WRONLY;
    if (!paths_open(path, strchr(mode, '+') != NULL ? O_RDWR : one_way, &fd))
        return false;
    *stream = fd < 0 ? NULL : fdopen(fd, mode);
    if (fd >= 0 && *stream == NULL)
        close(fd);
    return true;
}

INSTEAD FILE *fopen(const char *path, const char *mode)
{
    FILE *stream;
    return open_stream(path, mode, &stream) ? stream : NEXT(fopen)(path, mode);
}

INSTEAD FILE *fopen64(const char *path, const char *mode)
{
    FILE *stream;
    return open_stream(path, mode, &stream) ? stream : NEXT(fopen64)(path, mode);
}

INSTEAD int access(const char *path, int mode) { return paths_exist(path) ? 0 : NEXT(access)(path, mode); }

INSTEAD int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    int kind;
    switch (_IOC_TYPE(request)) {
    case 'F':
        if (framebuffer_is(fd))
            return framebuffer_ioctl(request, argument);
        break;
    case 'T':
        if (request == TIOCNOTTY && terminal_is(fd))
            return 0; // the program leads its session: the kernel would end it
        break;
    case 'K':
    case 'V':
        if (terminal_is(fd))
            return terminal_ioctl(request, argument);
        break;
    case 'E':
        kind = devices_kind(fd);
        if (kind != 0)
            return devices_ioctl(kind, request, argument);
        break;
    default:
        break;
    }
    return NEXT(ioctl)(fd, request, argument);
}

INSTEAD int isatty(int fd) { return terminal_is_socket(fd) || NEXT(isatty)(fd); }

INSTEAD int tcgetattr(int fd, struct termios *to)
{
    return terminal_is_socket(fd) ? terminal_settings(to, NULL) : NEXT(tcgetattr)(fd, to);
}

INSTEAD int tcsetattr(int fd, int when, const struct termios *from)
{
    return terminal_is_socket(fd) ? terminal_settings(NULL, from) : NEXT(tcsetattr)(fd, when, from);
}

INSTEAD void *mmap(void *start, size_t length, int protection, int flags, int fd, off_t offset)
{
    void *mapping = NEXT(mmap)(start, length, protection, flags, fd, offset);
    if (mapping != MAP_FAILED && (flags & MAP_SHARED) && framebuffer_is(fd))
        watch_mapping(mapping, length, protection);
    return mapping;
}

INSTEAD void *mmap64(void *start, size_t length, int protection, int flags, int fd, off64_t offset)
{
    void *mapping = NEXT(mmap64)(start, length, protection, flags, fd, offset);
    if (mapping != MAP_FAILED && (flags & MAP_SHARED) && framebuffer_is(fd))
        watch_mapping(mapping, length, protection);
    return mapping;
}

INSTEAD ssize_t read(int fd, void *to, size_t length)
{
    watch_before_write(to, length);
    return NEXT(read)(fd, to, length);
}

INSTEAD ssize_t pread(int fd, void *to, size_t length, off_t offset)
{
    watch_before_write(to, length);
    return NEXT(pread)(fd, to, length, offset);
}

INSTEAD ssize_t pread64(int fd, void *to, size_t length, off64_t offset)
{
    watch_before_write(to, length);
    return NEXT(pread64)(fd, to, length, offset);
}

INSTEAD size_t fread(void *to, size_t size, size_t count, FILE *stream)
{
    watch_before_write(to, size * count);
    return NEXT(fread)(to, size, count, stream);
}
