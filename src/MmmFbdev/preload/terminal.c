// The program's terminal, which answers as the virtual terminal 1, in the foreground.
#include "preload.h"

#include "../keys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <linux/keyboard.h>
#include <linux/vt.h>
#include <sys/socket.h>

static int s_graphics = KD_TEXT, s_keyboard = K_UNICODE;
static struct termios s_settings
    = { .c_iflag = ICRNL, .c_oflag = OPOST | ONLCR, .c_cflag = CS8 | CREAD | B38400, .c_lflag = ICANON | ECHO };
static struct vt_mode s_switching = { .mode = VT_AUTO };

bool terminal_is(int fd)
{
    const struct screen *screen = connection_screen();
    return screen != NULL && connection_is_same(fd, screen->terminal);
}

// Where there is no /dev/pts, as in the sandbox of an app, the terminal is a socket.
bool terminal_is_socket(int fd)
{
    int type;
    socklen_t length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && terminal_is(fd);
}

int terminal_open(int flags)
{
    const int terminal = connection_screen()->terminal;
    return terminal_is_socket(terminal) ? fcntl(terminal, (flags & O_CLOEXEC) != 0 ? F_DUPFD_CLOEXEC : F_DUPFD, 0)
                                        : connection_reopen(terminal, flags);
}

int terminal_settings(struct termios *to, const struct termios *from)
{
    if (to != NULL)
        *to = s_settings;
    if (from != NULL)
        s_settings = *from;
    return 0;
}

static int fail(int error)
{
    errno = error;
    return -1;
}

static int keyboard_ioctl(unsigned long request, void *argument)
{
    switch (request) {
    case KDGKBMODE:
        *(int *)argument = s_keyboard;
        return 0;
    case KDSKBMODE:
        s_keyboard = (int)(intptr_t)argument;
        connection_send(&(struct link_message){ .word = LINK_KEYS, .value = s_keyboard }, -1);
        return 0;
    case KDGKBTYPE:
        *(char *)argument = KB_101;
        return 0;
    case KDGKBENT: {
        struct kbentry *entry = argument;
        entry->kb_value = (unsigned short)(entry->kb_table <= 1 ? keys_symbol(entry->kb_index, entry->kb_table == 1) : K_HOLE);
        return 0;
    }
    case KDGETLED:
    case KDGKBLED:
        *(char *)argument = 0;
        return 0;
    case KDSETLED:
    case KDSKBLED:
    case KDSIGACCEPT:
        return 0;
    default:
        return fail(EINVAL);
    }
}

int terminal_ioctl(unsigned long request, void *argument)
{
    switch (request) {
    case KDGETMODE:
        *(int *)argument = s_graphics;
        return 0;
    case KDSETMODE:
        s_graphics = (int)(intptr_t)argument;
        return 0;
    case VT_GETSTATE:
        *(struct vt_stat *)argument = (struct vt_stat){ .v_active = 1, .v_state = 3 };
        return 0;
    case VT_OPENQRY:
        *(int *)argument = 1;
        return 0;
    case VT_GETMODE:
        *(struct vt_mode *)argument = s_switching;
        return 0;
    case VT_SETMODE:
        s_switching = *(const struct vt_mode *)argument;
        return 0;
    case VT_ACTIVATE:
    case VT_WAITACTIVE:
    case VT_RELDISP:
    case VT_DISALLOCATE:
    case VT_LOCKSWITCH:
    case VT_UNLOCKSWITCH:
        return 0;
    default:
        return keyboard_ioctl(request, argument);
    }
}
