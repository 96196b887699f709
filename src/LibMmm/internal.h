// What the files of the library share. Nothing of this is exported.
#ifndef INTERNAL_H
#define INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "include/mmm.h"
#include "bell.h"
#include "layout.h"
#include "names.h"

enum {
    PATIENCE_MS = 150,   // the longest wait for the other side
    TEXT_COPIES = 16,    // texts of events and messages that are valid at a time
    PCM_CHUNK = 1024,    // frames that a client keeps queued
};

struct Mmm {
    int bytes_per_pixel, stride; // mmm-pset.h of the original library reads these two: they stay first, in this order
    const struct layout *at;
    char *path;
    char *own_directory; // the directory if this object has made it, else NULL
    int fd;
    pid_t process; // whose client this is: a process that it has forked does not remove the file
    bool is_host;
    bool is_drawing;         // between mmm_get_buffer_write and mmm_write_done
    bool has_taken;          // of a host: between mmm_get_buffer_read and mmm_read_done
    bool has_overtaken;      // a frame was drawn while a host still copied the one before
    bool has_bell_parts;     // the bell is set up
    int64_t flipping_since;  // when a host without a bell was first seen copying this frame; 0: it is not
    unsigned char *head;     // the file from its start to the first pixel; does not move
    unsigned char *view;     // the pages with the pixels; NULL if there are none
    size_t view_length;
    unsigned char *pixels;   // the first pixel, inside of view
    int width, height;       // as this side last saw them
    uint32_t fb_offset;
    _Atomic int pcm_format;
    _Atomic int pcm_rate;
    _Atomic bool sounds; // frames have been queued: mmm_wait tells when there is room for more
    int told_width, told_height; // the desired size that mmm_wait has told
    bool told_neutral;           // mmm_wait has told that the last frame was taken
    struct bell bell;
    unsigned next_text;
    char texts[TEXT_COPIES][SLOT_LENGTH];
    char title[TITLE_LENGTH];
    char babl_format[MAX_BABL_FORMAT_LENGTH];
    char values[MAX_VALUES][VALUE_TEXT_LENGTH];
};

// say.c: prints "mmm: ...", one line. say_once prints only if the flag is not set, and sets it.
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define say_once(flag, ...) \
    do { \
        if (!atomic_exchange(flag, true)) \
            say(__VA_ARGS__); \
    } while (0)

// text.c: fields with a text that ends with a NUL. The other side may write them at the same time.
void text_set(unsigned char *field, size_t length, const char *text, const char *what);
void text_copy(char *to, const unsigned char *field, size_t length);

// memory.c: the mapped file.
bool memory_map_head(Mmm *mmm);
bool memory_map_pixels(Mmm *mmm, uint32_t fb_offset, size_t length);
bool memory_reserve(Mmm *mmm, size_t length);
void memory_close(Mmm *mmm);
uint64_t memory_picture_length(int width, int height, int stride);

static inline int load(const Mmm *mmm, uint32_t offset)
{
    return __atomic_load_n((const int32_t *)(const void *)(mmm->head + offset), __ATOMIC_ACQUIRE);
}
static inline void store(Mmm *mmm, uint32_t offset, int value)
{
    __atomic_store_n((int32_t *)(void *)(mmm->head + offset), value, __ATOMIC_RELEASE);
}
static inline int load_index(const Mmm *mmm, uint32_t offset)
{
    return __atomic_load_n((const int16_t *)(const void *)(mmm->head + offset), __ATOMIC_ACQUIRE);
}
static inline void store_index(Mmm *mmm, uint32_t offset, int value)
{
    __atomic_store_n((int16_t *)(void *)(mmm->head + offset), (int16_t)value, __ATOMIC_RELEASE);
}

// file.c: the file of a client.
bool file_create(Mmm *mmm, const char *directory);
bool file_open(Mmm *mmm, const char *path);
void file_let_host_in(const Mmm *mmm);
void file_remove(const Mmm *mmm);

// directory.c: the directory of a client whose host it starts itself. Returns NULL after one line.
char *directory_make(void);

// launch.c: starts a host for a directory. Returns false after one line.
bool launch_host(const char *directory);

// values.c
int values_set(Mmm *mmm, const char *key, const char *value);
bool values_screen_size(Mmm *mmm, int *width, int *height);

// size.c: makes the picture this large, in any state. Returns false after one line; nothing has changed then.
bool size_set(Mmm *mmm, int width, int height);
bool size_is_valid(int width, int height);
void size_give(const Mmm *mmm, int *width, int *height);

// pcm.c: takes over the sound of a file that was opened again; whether less sound is queued than a client keeps.
void pcm_take_over(Mmm *mmm);
bool pcm_has_room(Mmm *mmm);

// frame.c
void frame_set_state(Mmm *mmm, enum flip_state state);
void frame_offer_again(Mmm *mmm);
bool frame_wait(Mmm *mmm, enum flip_state one, enum flip_state other);

// events.c: whether the ring has an entry.
bool events_wait(const Mmm *mmm, uint32_t ring);

// wait.c: makes the descriptor readable if there is something to do for the program.
void wait_wake_if_needed(Mmm *mmm);

// clock.c: CLOCK_MONOTONIC in ms.
int64_t clock_ms(void);
void clock_sleep(int ms);

#endif
