// Connections to gpm, the mouse server of the console: libgpm connects a socket to it if stdin is a virtual terminal.
#include "preload.h"

#include "../gpm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool is_gpm(const struct sockaddr *address, socklen_t length)
{
    const struct sockaddr_un *name = (const struct sockaddr_un *)(const void *)address;
    return connection_screen() != NULL && length > offsetof(struct sockaddr_un, sun_path) + sizeof GPM_PATH - 1
        && address->sa_family == AF_UNIX && strncmp(name->sun_path, GPM_PATH, sizeof GPM_PATH) == 0;
}

INSTEAD int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    if (!is_gpm(address, length))
        return NEXT(connect)(fd, address, length);
    const int socket = connection_open(LINK_GPM);
    if (socket < 0)
        return -1;
    const int result = dup2(socket, fd);
    close(socket);
    return result < 0 ? -1 : 0;
}

INSTEAD char *ttyname(int fd)
{
    static char s_name[] = "/dev/tty1";
    return terminal_is(fd) ? s_name : NEXT(ttyname)(fd);
}
