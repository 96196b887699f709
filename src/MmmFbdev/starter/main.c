// mmm-fbdev PROGRAM ...: runs a program for the Linux framebuffer as a client of mmm. See docs/fbdev.md.
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    FRAME_MS = 33,      // between two comparisons while something changes
    QUIET_MS = 1000,    // without a change until the mappings are protected, or comparisons become rare
    SLOW_MS = 1000,     // between two rare comparisons
    USAGE = 2,
};

struct starter {
    struct picture picture;
    struct watches watches;
    struct child child;
    struct devices devices;
    bool is_active; // pixels may be changing
    int64_t changed_at, compared_at;
    int slow_ms;
};

enum { PROGRAM, SIGNALS, TERMINAL, HOST, WRITTEN, FIXED };

void say(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "mmm-fbdev: %s\n", line);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void be_active(struct starter *starter)
{
    if (!starter->is_active)
        watches_release(&starter->watches);
    starter->is_active = true;
    starter->changed_at = now_ms();
    starter->slow_ms = FRAME_MS;
}

static void compare(struct starter *starter)
{
    starter->compared_at = now_ms();
    if (picture_update(&starter->picture)) {
        be_active(starter);
    } else if (!starter->is_active) {
        starter->slow_ms = starter->slow_ms * 2 < SLOW_MS ? starter->slow_ms * 2 : SLOW_MS;
    } else if (now_ms() - starter->changed_at >= QUIET_MS) {
        // Protected first, and compared once more: no write between the two is missed.
        watches_protect(&starter->watches);
        starter->is_active = false;
        if (picture_update(&starter->picture))
            be_active(starter);
    }
}

static int timeout(const struct starter *starter)
{
    if (!starter->is_active && !starter->watches.has_unwatched)
        return -1;
    const int64_t due = starter->compared_at + (starter->is_active ? FRAME_MS : starter->slow_ms) - now_ms();
    return due > 0 ? (int)due : 0;
}

// Returns the descriptor of a packet, or -1.
static int receive(int socket, struct link_message *message, ssize_t *length)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control = { 0 };
    struct iovec part = { message, sizeof *message };
    struct msghdr packet
        = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
    *length = recvmsg(socket, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int descriptor = -1;
    const struct cmsghdr *header = *length > 0 ? CMSG_FIRSTHDR(&packet) : NULL;
    if (header != NULL && header->cmsg_type == SCM_RIGHTS)
        memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

static void take_messages(struct starter *starter)
{
    struct link_message message = { 0 };
    ssize_t length;
    int descriptor;
    while (descriptor = receive(starter->child.link, &message, &length), length == (ssize_t)sizeof message) {
        switch (message.word) {
        case LINK_WATCH:
            watches_add(&starter->watches, &message, descriptor);
            break;
        case LINK_BLANK:
            starter->picture.is_blank = message.value != 0;
            break;
        case LINK_KEYS:
            starter->devices.keyboard_mode = message.value;
            break;
        case LINK_KEYBOARD:
        case LINK_POINTER:
        case LINK_MOUSE:
            devices_add(&starter->devices, (enum link_word)message.word, descriptor);
            break;
        default:
            break;
        }
        be_active(starter);
    }
    if (length == 0) { // all programs have closed it
        close(starter->child.link);
        starter->child.link = -1;
    }
}

static void take_events(struct starter *starter)
{
    const char *event;
    mmm_wait(starter->picture.mmm, 0);
    while ((event = mmm_get_event(starter->picture.mmm)) != NULL) {
        devices_event(&starter->devices, event);
        // A program without a watch most likely answers with other pixels.
        if (starter->watches.has_unwatched)
            be_active(starter);
    }
}

// Sleeps until there is something to do, and does it. Returns false when the program has ended.
static bool turn(struct starter *starter, int *code)
{
    struct pollfd all[FIXED + MAX_WATCHES + MAX_DEVICES] = {
        [PROGRAM] = { .fd = starter->child.link, .events = POLLIN },
        [SIGNALS] = { .fd = starter->child.signals, .events = POLLIN },
        [TERMINAL] = { .fd = starter->child.input, .events = POLLIN },
        [HOST] = { .fd = mmm_get_fd(starter->picture.mmm), .events = POLLIN },
        [WRITTEN] = { .fd = starter->picture.written, .events = POLLIN },
    };
    int count = FIXED;
    const int devices = starter->devices.count, watches = starter->is_active ? 0 : starter->watches.count;
    for (int i = 0; i < devices; i++)
        all[count++] = (struct pollfd){ .fd = starter->devices.all[i].socket, .events = POLLIN };
    for (int i = 0; i < watches; i++)
        all[count++] = (struct pollfd){ .fd = starter->watches.all[i].faults, .events = POLLIN };
    if (poll(all, (nfds_t)count, timeout(starter)) < 0)
        return true;
    for (int i = 0; i < watches; i++) {
        if (all[FIXED + devices + i].revents != 0)
            be_active(starter);
    }
    for (int i = devices - 1; i >= 0; i--) {
        if (all[FIXED + i].revents != 0)
            devices_take(&starter->devices, i);
    }
    if (all[PROGRAM].revents != 0)
        take_messages(starter);
    if (all[TERMINAL].revents != 0)
        child_take_output(&starter->child);
    if (all[HOST].revents != 0)
        take_events(starter);
    if (all[WRITTEN].revents != 0) {
        picture_take_written(&starter->picture);
        be_active(starter);
    }
    if (timeout(starter) == 0)
        compare(starter);
    return all[SIGNALS].revents == 0 || !child_take_signals(&starter->child, code);
}

int main(int count, char *words[])
{
    if (count < 2 || words[1][0] == '-') {
        say("usage: mmm-fbdev PROGRAM [ARGUMENT]...");
        return USAGE;
    }
    struct starter starter = { 0 };
    starter.devices = (struct devices){ .picture = &starter.picture, .child = &starter.child, .keyboard_mode = 3 };
    if (!picture_open(&starter.picture))
        return 1;
    const char *name = strrchr(words[1], '/');
    mmm_set_title(starter.picture.mmm, name != NULL ? name + 1 : words[1]);
    mmm_ask(starter.picture.mmm, "key-release scroll buttons");
    int code = 1;
    if (child_start(&starter.child, &starter.picture, words + 1)) {
        while (turn(&starter, &code)) {
        }
    }
    mmm_destroy(starter.picture.mmm);
    return code;
}
