// The link to the starter, whose descriptors and description are inherited.
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct screen s_screen;
static bool s_is_linked;
static pthread_once_t s_once = PTHREAD_ONCE_INIT;

static void find(void)
{
    struct screen found;
    const char *text = getenv(LINK_VARIABLE);
    if (text == NULL || sscanf(text, "%d %d %d %d %d", &found.width, &found.height, &found.pixels, &found.socket, &found.terminal) != 5)
        return;
    if (found.width < 1 || found.width > MAX_SIDE || found.height < 1 || found.height > MAX_SIDE)
        return;
    s_screen = found;
    s_is_linked = true;
}

const struct screen *connection_screen(void)
{
    pthread_once(&s_once, find);
    return s_is_linked ? &s_screen : NULL;
}

size_t connection_length(const struct screen *screen)
{
    return (size_t)screen->width * (size_t)screen->height * BYTES_PER_PIXEL;
}

bool connection_is_same(int one, int other)
{
    struct stat file, another;
    return fstat(one, &file) == 0 && fstat(other, &another) == 0 && file.st_dev == another.st_dev && file.st_ino == another.st_ino;
}

int connection_reopen(int descriptor, int flags)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return NEXT(open)(path, flags & ~(O_CREAT | O_EXCL | O_TRUNC));
}

void connection_send(const struct link_message *message, int descriptor)
{
    const struct screen *screen = connection_screen();
    if (screen == NULL)
        return;
    const int error = errno;
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control = { 0 };
    struct link_message copy = *message;
    struct iovec part = { &copy, sizeof copy };
    struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
    if (descriptor >= 0) {
        packet.msg_control = control.bytes;
        packet.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    while (sendmsg(screen->socket, &packet, MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
    errno = error;
}

int connection_open(enum link_word word)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    connection_send(&(struct link_message){ .word = word }, ends[1]);
    close(ends[1]);
    return ends[0];
}
