// The side of a host: the files of its clients, whose numbers it does not trust.
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

struct geometry {
    int width, height, stride, fb_offset;
};

static struct geometry read_geometry(const Mmm *mmm)
{
    return (struct geometry){
        .width = load(mmm, mmm->at->width), .height = load(mmm, mmm->at->height),
        .stride = load(mmm, mmm->at->stride), .fb_offset = load(mmm, mmm->at->fb_offset),
    };
}

// True if the last pixel of the last row is inside of the file.
static bool is_possible(const Mmm *mmm, const struct geometry *g)
{
    struct stat status;
    if (!size_is_valid(g->width, g->height) || g->stride < g->width * 4 || g->stride % 4 != 0
        || g->fb_offset < (int)mmm->at->first_pixel || fstat(mmm->fd, &status) != 0)
        return false;
    const uint64_t end = (uint64_t)g->fb_offset + memory_picture_length(g->width, g->height, g->stride);
    return end <= (uint64_t)status.st_size && end <= SIZE_MAX / 2;
}

static bool is_mapped(const Mmm *mmm, const struct geometry *g)
{
    return mmm->pixels != NULL && g->width == mmm->width && g->height == mmm->height && g->stride == mmm->stride
        && (uint32_t)g->fb_offset == mmm->fb_offset;
}

int mmm_host_check_size(Mmm *mmm, int *width, int *height)
{
    const struct geometry now = read_geometry(mmm);
    const bool has_changed = now.width != mmm->width || now.height != mmm->height;
    int told = 0;
    if (!is_mapped(mmm, &now) && is_possible(mmm, &now)
        && memory_map_pixels(mmm, (uint32_t)now.fb_offset, (size_t)memory_picture_length(now.width, now.height, now.stride))) {
        mmm->width = now.width;
        mmm->height = now.height;
        mmm->stride = now.stride;
        told = has_changed;
    }
    size_give(mmm, width, height);
    return told;
}

Mmm *mmm_host_open(const char *path)
{
    Mmm *mmm = path == NULL ? NULL : calloc(1, sizeof *mmm);
    if (mmm == NULL)
        return NULL;
    mmm->bytes_per_pixel = 4;
    mmm->is_host = true;
    mmm->fd = -1;
    bool is_client = file_open(mmm, path);
    if (is_client && load(mmm, PID) <= 0) {
        is_client = false;
        errno = EAGAIN;
    }
    if (!is_client) {
        const int error = errno;
        mmm_destroy(mmm);
        errno = error;
        return NULL;
    }
    mmm_host_check_size(mmm, NULL, NULL);
    return mmm;
}

long mmm_client_pid(Mmm *mmm) { return load(mmm, PID); }

void mmm_host_get_size(Mmm *mmm, int *width, int *height)
{
    if (width != NULL)
        *width = load(mmm, mmm->at->desired_width);
    if (height != NULL)
        *height = load(mmm, mmm->at->desired_height);
}

void mmm_host_set_size(Mmm *mmm, int width, int height)
{
    store(mmm, mmm->at->desired_width, width);
    store(mmm, mmm->at->desired_height, height);
}

// Takes the frame unless the client begins to draw at this moment.
static bool take(Mmm *mmm)
{
    int32_t *state = (int32_t *)(void *)(mmm->head + mmm->at->flip_state);
    int32_t seen = load(mmm, mmm->at->flip_state);
    return (seen == NEUTRAL || seen == WAIT_FLIP || seen == FLIPPING)
        && __atomic_compare_exchange_n(state, &seen, FLIPPING, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

const unsigned char *mmm_get_buffer_read(Mmm *mmm, int *width, int *height, int *stride)
{
    size_give(mmm, width, height);
    if (stride != NULL)
        *stride = mmm->stride;
    const int had_width = mmm->width, had_height = mmm->height, had_stride = mmm->stride;
    const struct geometry now = read_geometry(mmm);
    mmm_host_check_size(mmm, NULL, NULL);
    // While the client changes its size, or if the numbers are not possible or too large for this process, there is no picture.
    const bool has_changed = mmm->width != had_width || mmm->height != had_height || mmm->stride != had_stride;
    if (has_changed || !is_mapped(mmm, &now) || !is_possible(mmm, &now))
        return NULL;
    const int64_t end = clock_ms() + PATIENCE_MS;
    while (!take(mmm)) {
        if (clock_ms() >= end)
            return NULL;
        clock_sleep(1);
    }
    mmm->has_taken = true;
    return mmm->pixels;
}
