// How a client finds the bell of its directory.
#include "internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "greeting.h"

#define BELL_NAME ".host"

enum { MAX_HELLO = 300 };

// The directory of the client's file, as an allocated text.
static char *directory_of(const Mmm *mmm)
{
    const char *slash = strrchr(mmm->path, '/');
    return strndup(mmm->path, slash == mmm->path ? 1 : (size_t)(slash - mmm->path));
}

static bool is_connected(int fd, const char *directory)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int folder = -1;
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s/" BELL_NAME, directory);
    if (length >= (int)sizeof address.sun_path) { // too long for an address: by a descriptor of the directory
        folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" BELL_NAME, folder);
    }
    const bool is_there = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (folder >= 0)
        close(folder);
    return is_there;
}

int greeting_send(const Mmm *mmm)
{
    char hello[MAX_HELLO];
    const int length = snprintf(hello, sizeof hello, "mmm 1 %s", strrchr(mmm->path, '/') + 1);
    char *directory = directory_of(mmm);
    int fd = directory == NULL ? -1 : socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        bool is_sent = false;
        if (is_connected(fd, directory)) {
            file_let_host_in(mmm); // before the host opens the file
            is_sent = send(fd, hello, (size_t)length, MSG_NOSIGNAL) == length;
        }
        if (!is_sent) {
            close(fd);
            fd = -1;
        }
    }
    free(directory);
    return fd;
}

int greeting_watch(const Mmm *mmm)
{
    char *directory = directory_of(mmm);
    int watch = directory == NULL ? -1 : inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch >= 0 && inotify_add_watch(watch, directory, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
        close(watch);
        watch = -1;
    }
    free(directory);
    return watch;
}

bool greeting_host_appeared(int watch)
{
    _Alignas(struct inotify_event) char records[4096];
    const ssize_t length = read(watch, records, sizeof records);
    bool is_there = false;
    for (ssize_t at = 0; at < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)(records + at);
        is_there = is_there || (event->len > 0 && strcmp(event->name, BELL_NAME) == 0);
        at += (ssize_t)(sizeof *event + event->len);
    }
    return is_there;
}
