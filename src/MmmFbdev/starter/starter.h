// What the files of the starter, the program mmm-fbdev, share.
#ifndef STARTER_H
#define STARTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../LibMmm/include/mmm.h"
#include "../link.h"

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

// picture.c: the framebuffer's memory, and the client that shows it.
struct picture {
    Mmm *mmm;
    int width, height;
    int memory;  // a descriptor
    int written; // readable when something was written by write()
    const unsigned char *pixels;
    bool is_blank;
};
bool picture_open(struct picture *picture);
// Gives a new frame to the host if pixels have changed. Returns whether they have.
bool picture_update(struct picture *picture);
void picture_take_written(const struct picture *picture);

// watches.c: mappings in the programs.
enum { MAX_WATCHES = 64 };
struct watches {
    struct {
        int faults; // a userfaultfd
        uint64_t start, length;
        bool is_protected;
    } all[MAX_WATCHES];
    int count;
    bool has_unwatched; // a mapping whose changes nothing reports
};
void watches_add(struct watches *watches, const struct link_message *message, int faults);
// Makes the next write into each mapping readable on its descriptor.
void watches_protect(struct watches *watches);
// Lets all writes pass that wait.
void watches_release(struct watches *watches);

// child.c: the program and its terminal.
struct child {
    pid_t pid;
    int input; // the other end of its terminal, where typed text goes
    int link;  // the socket of the messages; -1 when no program has it any more
    int signals;
};
bool child_start(struct child *child, const struct picture *picture, char *const command[]);
// Returns true and the exit code if the program has ended. Passes signals on.
bool child_take_signals(struct child *child, int *code);
void child_take_output(struct child *child);

// devices.c: input for the programs.
enum { MAX_DEVICES = 16 };
struct devices {
    const struct picture *picture;
    struct child *child;
    struct device {
        enum link_word kind;
        int socket;
        int x, y;   // where the program believes its mouse to be; -1: anywhere
        int knocks; // bytes of WITH_WHEEL that the program has written; all: its mouse has a wheel
    } all[MAX_DEVICES];
    int count;
    int keyboard_mode;
    bool held[256];   // by key code
    unsigned buttons; // bit 0: left, 1: right, 2: middle
};
void devices_add(struct devices *devices, enum link_word kind, int socket);
// Reads what a program writes to a device, and removes the device when it is closed.
void devices_take(struct devices *devices, int index);
void devices_event(struct devices *devices, const char *event);

// pointer.c: a position and buttons, for each kind of device.
struct pointing {
    int x, y, wheel_x, wheel_y;
    unsigned buttons, were;
};
void pointer_send(struct devices *devices, const struct pointing *pointing);
void pointer_answer(struct device *device, const unsigned char *bytes, size_t length);

// Writes to a device or terminal; what does not fit is lost.
void give(int fd, const void *bytes, size_t length);

#endif
