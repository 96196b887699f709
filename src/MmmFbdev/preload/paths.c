// The paths of the devices that the starter offers.
#include "preload.h"

#include <string.h>

enum path_kind { NO_DEVICE, FRAMEBUFFER, TERMINAL, KEYBOARD, POINTER, MOUSE };

static const struct {
    const char *path;
    enum path_kind kind;
} s_paths[] = {
    { "/dev/fb0", FRAMEBUFFER },
    { "/dev/fb/0", FRAMEBUFFER },
    { "/dev/tty", TERMINAL },
    { "/dev/console", TERMINAL },
    { "/dev/input/event0", KEYBOARD },
    { "/dev/input/event1", POINTER },
    { "/dev/input/mice", MOUSE },
    { "/dev/input/mouse0", MOUSE },
};

static bool is_number_after(const char *path, const char *prefix)
{
    const size_t length = strlen(prefix);
    if (strncmp(path, prefix, length) != 0)
        return false;
    const char *number = path + length;
    return *number != '\0' && strspn(number, "0123456789") == strlen(number);
}

static enum path_kind kind_of(const char *path)
{
    const struct screen *screen = connection_screen();
    if (screen == NULL || path == NULL || strncmp(path, "/dev/", 5) != 0)
        return NO_DEVICE;
    for (size_t i = 0; i < sizeof s_paths / sizeof s_paths[0]; i++) {
        if (strcmp(path, s_paths[i].path) == 0)
            return s_paths[i].kind;
    }
    return is_number_after(path, "/dev/tty") || is_number_after(path, "/dev/vc/") ? TERMINAL : NO_DEVICE;
}

bool paths_exist(const char *path) { return kind_of(path) != NO_DEVICE; }

bool paths_open(const char *path, int flags, int *fd)
{
    switch (kind_of(path)) {
    case FRAMEBUFFER:
        *fd = framebuffer_open(flags);
        return true;
    case TERMINAL:
        *fd = terminal_open(flags);
        return true;
    case KEYBOARD:
        *fd = devices_open(LINK_KEYBOARD, flags);
        return true;
    case POINTER:
        *fd = devices_open(LINK_POINTER, flags);
        return true;
    case MOUSE:
        *fd = devices_open(LINK_MOUSE, flags);
        return true;
    default:
        return false;
    }
}
