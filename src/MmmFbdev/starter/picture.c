// The framebuffer's memory. Its pixels are compared with those of the client's last frame, and the rows that differ are taken over.
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <unistd.h>

static bool open_memory(struct picture *picture)
{
    const size_t length = (size_t)picture->width * (size_t)picture->height * BYTES_PER_PIXEL;
    picture->memory = memfd_create("mmm-fbdev", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (picture->memory < 0 || ftruncate(picture->memory, (off_t)length) < 0
        || fcntl(picture->memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        return false;
    picture->pixels = mmap(NULL, length, PROT_READ, MAP_SHARED, picture->memory, 0);
    return picture->pixels != MAP_FAILED;
}

// Programs may also write() pixels, which no mapping shows.
static bool open_written(struct picture *picture)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", picture->memory);
    picture->written = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return picture->written >= 0 && inotify_add_watch(picture->written, path, IN_MODIFY) >= 0;
}

bool picture_open(struct picture *picture)
{
    picture->mmm = mmm_new(-1, -1, MMM_FLAG_DEFAULT, NULL);
    if (picture->mmm == NULL)
        return false; // the library has said why
    mmm_get_size(picture->mmm, &picture->width, &picture->height);
    if (open_memory(picture) && open_written(picture))
        return true;
    say("memory for %dx%d pixels: %s; free memory or descriptors", picture->width, picture->height, strerror(errno));
    mmm_destroy(picture->mmm);
    return false;
}

void picture_take_written(const struct picture *picture)
{
    char events[1024];
    while (read(picture->written, events, sizeof events) > 0) {
    }
}

// The 4th byte is not a colour: programs leave anything in it.
static uint32_t opaque(uint32_t pixel) { return pixel | 0xff000000; }

// Takes a row over. Returns whether it has changed, and widens the range of the columns that have.
static bool take_row(uint32_t *to, const uint32_t *from, int width, bool is_blank, int *first, int *last)
{
    int start = 0, end = width - 1;
    while (start < width && to[start] == (is_blank ? opaque(0) : opaque(from[start])))
        start++;
    if (start == width)
        return false;
    while (end > start && to[end] == (is_blank ? opaque(0) : opaque(from[end])))
        end--;
    for (int x = start; x <= end; x++)
        to[x] = is_blank ? opaque(0) : opaque(from[x]);
    *first = start < *first ? start : *first;
    *last = end > *last ? end : *last;
    return true;
}

bool picture_update(struct picture *picture)
{
    int width, height, stride;
    const bool waits = mmm_get_damage(picture->mmm, NULL, NULL, NULL, NULL) == 1;
    unsigned char *to = mmm_get_buffer_write(picture->mmm, &width, &height, &stride, NULL);
    if (to == NULL)
        return false;
    int top = height, bottom = -1, left = width, right = -1;
    for (int y = 0; y < height; y++) {
        uint32_t *row = (uint32_t *)(void *)(to + (size_t)y * (size_t)stride);
        const uint32_t *from = (const uint32_t *)(const void *)(picture->pixels + (size_t)y * (size_t)width * BYTES_PER_PIXEL);
        if (take_row(row, from, width, picture->is_blank, &left, &right)) {
            top = y < top ? y : top;
            bottom = y;
        }
    }
    if (bottom >= 0)
        mmm_write_done(picture->mmm, left, top, right - left + 1, bottom - top + 1);
    else if (waits) // a frame that the host has not taken yet: offered again, with its own damage
        mmm_write_done(picture->mmm, 0, 0, 1, 1);
    else
        mmm_write_done(picture->mmm, 0, 0, 0, 0);
    return bottom >= 0;
}
