// The size of a client, on its own side.
#include "internal.h"

bool size_is_valid(int width, int height) { return width >= 1 && width <= MAX_SIDE && height >= 1 && height <= MAX_SIDE; }

void size_give(const Mmm *mmm, int *width, int *height)
{
    if (width != NULL)
        *width = mmm->width;
    if (height != NULL)
        *height = mmm->height;
}

bool size_set(Mmm *mmm, int width, int height)
{
    const size_t length = (size_t)width * (size_t)height * 4 + 2; // two spare bytes, as in the original library
    const uint32_t offset = mmm->fb_offset != 0 ? mmm->fb_offset : mmm->at->first_pixel;
    if (!memory_reserve(mmm, offset + length) || !memory_map_pixels(mmm, offset, length))
        return false;
    mmm->width = width;
    mmm->height = height;
    mmm->stride = width * 4;
    store(mmm, mmm->at->width, width);
    store(mmm, mmm->at->height, height);
    store(mmm, mmm->at->stride, mmm->stride);
    store(mmm, mmm->at->desired_width, width);
    store(mmm, mmm->at->desired_height, height);
    return true;
}

// Resizes in the state initializing, so that a host does not read a size that is half written.
static bool change(Mmm *mmm, int width, int height)
{
    frame_set_state(mmm, INITIALIZING);
    const bool is_done = size_set(mmm, width, height);
    if (!is_done) { // the old size stays, and is not asked about again
        store(mmm, mmm->at->desired_width, mmm->width);
        store(mmm, mmm->at->desired_height, mmm->height);
    }
    frame_set_state(mmm, NEUTRAL);
    bell_ring(mmm);
    return is_done;
}

void mmm_set_size(Mmm *mmm, int width, int height)
{
    if (!size_is_valid(width, height)) {
        say("a size of %dx%d pixels is not possible; a side has 1 to %d", width, height, MAX_SIDE);
        return;
    }
    if (width == mmm->width && height == mmm->height) {
        store(mmm, mmm->at->desired_width, width);
        store(mmm, mmm->at->desired_height, height);
        return;
    }
    frame_wait(mmm, NEUTRAL, INITIALIZING); // a host that does not take the frame gets the next one
    change(mmm, width, height);
}

void mmm_get_size(Mmm *mmm, int *width, int *height)
{
    if (mmm != NULL) {
        size_give(mmm, width, height);
        return;
    }
    if (width != NULL)
        *width = 0;
    if (height != NULL)
        *height = 0;
}

int mmm_get_width(Mmm *mmm) { return mmm == NULL ? 0 : mmm->width; }

int mmm_get_height(Mmm *mmm) { return mmm == NULL ? 0 : mmm->height; }

void mmm_get_full_size(Mmm *mmm, int *width, int *height)
{
    int screen_width, screen_height;
    if (!values_screen_size(mmm, &screen_width, &screen_height)) {
        size_give(mmm, width, height);
        return;
    }
    if (width != NULL)
        *width = screen_width;
    if (height != NULL)
        *height = screen_height;
}

int mmm_client_check_size(Mmm *mmm, int *width, int *height)
{
    const int desired_width = load(mmm, mmm->at->desired_width), desired_height = load(mmm, mmm->at->desired_height);
    bool has_changed = false;
    if ((desired_width != mmm->width || desired_height != mmm->height) && size_is_valid(desired_width, desired_height)
        && !mmm->is_drawing) {
        if (frame_wait(mmm, NEUTRAL, INITIALIZING))
            has_changed = change(mmm, desired_width, desired_height);
        else
            mmm->told_width = 0; // mmm_wait tells it again
    }
    size_give(mmm, width, height);
    return has_changed;
}
