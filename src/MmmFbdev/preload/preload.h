// What the files of the preloaded library share.
#ifndef PRELOAD_H
#define PRELOAD_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include "../link.h"

// Functions that the library defines in place of those of the C library.
#define INSTEAD __attribute__((visibility("default")))

// The function of the C library, or of the next preloaded one.
#define NEXT(name) \
    ({ \
        static __typeof__(&name) s_next; \
        if (s_next == NULL) \
            *(void **)&s_next = dlsym(RTLD_NEXT, #name); \
        s_next; \
    })

struct screen {
    int width, height, pixels, socket, terminal;
};

// connection.c: the link to the starter. NULL if the program was not started by it, or has closed its descriptors.
const struct screen *connection_screen(void);
size_t connection_length(const struct screen *screen);
// Opens an inherited descriptor anew, because copies of a descriptor share their offset and flags.
int connection_reopen(int descriptor, int flags);
// Whether two descriptors are of the same file. So copies and inherited ones are recognized, too.
bool connection_is_same(int one, int other);
// Sends a message with a descriptor (-1: none).
void connection_send(const struct link_message *message, int descriptor);
// Returns the program's end of a socket whose other end the starter gets; -1 with errno set.
int connection_open(enum link_word word);

// framebuffer.c
bool framebuffer_is(int fd);
int framebuffer_open(int flags);
int framebuffer_ioctl(unsigned long request, void *argument);

// terminal.c
bool terminal_is(int fd);
bool terminal_is_socket(int fd);
int terminal_open(int flags);
// The settings of a terminal that is a socket: gives them, or stores them.
int terminal_settings(struct termios *to, const struct termios *from);
int terminal_ioctl(unsigned long request, void *argument);

// devices.c: /dev/input. devices_kind returns 0 for descriptors of other files.
int devices_kind(int fd);
int devices_open(enum link_word word, int flags);
int devices_ioctl(int kind, unsigned long request, void *argument);

// watch.c
void watch_mapping(void *start, size_t length, int protection);
void watch_before_write(void *start, size_t length);

// paths.c: opens a path that stands for a device of the starter. Returns false for all other paths.
bool paths_open(const char *path, int flags, int *fd);
bool paths_exist(const char *path);

#endif
