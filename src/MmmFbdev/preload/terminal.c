// The program's terminal, which answers as the virtual terminal 1, in the foreground.
#include "preload.h"

#include "../keys.h"

#include <errno.h>
#include <linux/kd.h>
#include <linux/keyboard.h>
#include <linux/vt.h>
#include <string.h>
#include <sys/stat.h>

static int s_graphics = KD_TEXT, s_keyboard = K_UNICODE;
static struct vt_mode s_switching = { .mode = VT_AUTO };

bool terminal_is(int fd)
{
    const struct screen *screen = connection_screen();
    struct stat own, other;
    return screen != NULL && fstat(fd, &other) == 0 && S_ISCHR(other.st_mode) && stat(screen->terminal, &own) == 0
        && own.st_rdev == other.st_rdev;
}

// The symbol of a key of the console's keymaps: 0 is plain, 1 is Shift.
static int symbol(const struct kbentry *entry)
{
    const char character = entry->kb_table <= 1 ? keys_character(entry->kb_index, entry->kb_table == 1) : 0;
    if (character == 0)
        return K_HOLE;
    const bool is_letter = (character | 0x20) >= 'a' && (character | 0x20) <= 'z';
    return K(is_letter ? KT_LETTER : KT_LATIN, character);
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
        entry->kb_value = (unsigned short)symbol(entry);
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
