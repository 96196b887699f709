// Input devices: sockets into which the starter writes what a kernel device would give.
#include "preload.h"

#include "../keys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

enum { MAX_DEVICES = 16, LONG_BITS = 8 * sizeof(long) };

static struct {
    ino_t inode;
    int kind;
} s_devices[MAX_DEVICES];
static unsigned s_next;
static pthread_mutex_t s_lock = PTHREAD_MUTEX_INITIALIZER;

int devices_kind(int fd)
{
    struct stat file;
    int kind = 0;
    if (fstat(fd, &file) < 0 || !S_ISSOCK(file.st_mode))
        return 0;
    pthread_mutex_lock(&s_lock);
    for (int i = 0; i < MAX_DEVICES; i++) {
        if (s_devices[i].inode == file.st_ino)
            kind = s_devices[i].kind;
    }
    pthread_mutex_unlock(&s_lock);
    return kind;
}

int devices_open(enum link_word word, int flags)
{
    const int fd = connection_open(word);
    struct stat file;
    if (fd < 0)
        return -1;
    if (fstat(fd, &file) == 0) {
        pthread_mutex_lock(&s_lock);
        s_devices[s_next].inode = file.st_ino;
        s_devices[s_next].kind = (int)word;
        s_next = (s_next + 1) % MAX_DEVICES;
        pthread_mutex_unlock(&s_lock);
    }
    fcntl(fd, F_SETFL, flags & O_NONBLOCK);
    fcntl(fd, F_SETFD, (flags & O_CLOEXEC) != 0 ? FD_CLOEXEC : 0);
    return fd;
}

static void set(unsigned long *bits, int bit) { bits[(unsigned)bit / LONG_BITS] |= 1UL << ((unsigned)bit % LONG_BITS); }

static void set_types(unsigned long *bits, int kind)
{
    set(bits, EV_SYN);
    set(bits, EV_KEY);
    set(bits, kind == LINK_KEYBOARD ? EV_REP : EV_ABS);
    if (kind == LINK_POINTER)
        set(bits, EV_REL);
}

static void set_keys(unsigned long *bits, int kind)
{
    for (int code = KEY_ESC; kind == LINK_KEYBOARD && code < KEY_CODES; code++)
        set(bits, code);
    for (int i = 0; kind == LINK_POINTER && i < 3; i++)
        set(bits, (int[]){ BTN_TOUCH, BTN_RIGHT, BTN_MIDDLE }[i]);
}

// EVIOCGBIT: what events a device has, by their type.
static int give_bits(int kind, unsigned type, void *to, size_t length)
{
    unsigned long bits[(KEY_MAX + LONG_BITS) / LONG_BITS] = { 0 };
    if (type == 0)
        set_types(bits, kind);
    if (type == EV_KEY)
        set_keys(bits, kind);
    if (type == EV_ABS && kind == LINK_POINTER) {
        set(bits, ABS_X);
        set(bits, ABS_Y);
    }
    if (type == EV_REL && kind == LINK_POINTER) {
        set(bits, REL_HWHEEL);
        set(bits, REL_WHEEL);
    }
    length = length < sizeof bits ? length : sizeof bits;
    memcpy(to, bits, length);
    return (int)length;
}

static int give_text(const char *text, void *to, size_t length)
{
    snprintf(to, length, "%s", text);
    return (int)(strlen(text) < length ? strlen(text) + 1 : length);
}

static int fail(int error)
{
    errno = error;
    return -1;
}

// Requests whose length is the program's choice.
static int sized_ioctl(int kind, unsigned long request, void *argument)
{
    const size_t length = _IOC_SIZE(request);
    const unsigned number = _IOC_NR(request);
    if (number >= _IOC_NR(EVIOCGBIT(0, 0)) && number < _IOC_NR(EVIOCGBIT(EV_CNT, 0)))
        return give_bits(kind, number - _IOC_NR(EVIOCGBIT(0, 0)), argument, length);
    if (number == _IOC_NR(EVIOCGNAME(0)))
        return give_text(kind == LINK_KEYBOARD ? "mmm keyboard" : "mmm pointer", argument, length);
    if (number == _IOC_NR(EVIOCGPHYS(0)) || number == _IOC_NR(EVIOCGUNIQ(0)))
        return fail(ENOENT);
    if (number == _IOC_NR(EVIOCGPROP(0)) || number == _IOC_NR(EVIOCGKEY(0)) || number == _IOC_NR(EVIOCGLED(0))) {
        memset(argument, 0, length);
        if (number == _IOC_NR(EVIOCGPROP(0)) && kind == LINK_POINTER && length > 0)
            *(unsigned char *)argument = 1U << INPUT_PROP_DIRECT;
        return (int)length;
    }
    return fail(EINVAL);
}

int devices_ioctl(int kind, unsigned long request, void *argument)
{
    const struct screen *screen = connection_screen();
    if (kind != LINK_KEYBOARD && kind != LINK_POINTER)
        return fail(ENOTTY);
    switch (request) {
    case EVIOCGVERSION:
        *(int *)argument = EV_VERSION;
        return 0;
    case EVIOCGID:
        *(struct input_id *)argument = (struct input_id){ .bustype = BUS_VIRTUAL };
        return 0;
    case EVIOCGABS(ABS_X):
    case EVIOCGABS(ABS_Y):
        if (kind != LINK_POINTER)
            return fail(EINVAL);
        *(struct input_absinfo *)argument
            = (struct input_absinfo){ .maximum = (request == EVIOCGABS(ABS_X) ? screen->width : screen->height) - 1 };
        return 0;
    case EVIOCGRAB:
    case EVIOCSCLOCKID:
        return 0;
    default:
        return sized_ioctl(kind, request, argument);
    }
}
