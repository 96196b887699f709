// The mapped file. The fields and the pixels are mapped separately: a new size does not move the fields under the thread of the sound.
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

// Reserves the space of the file, so that a full disk is an error here and not a SIGBUS at the first pixel.
bool memory_reserve(Mmm *mmm, size_t length)
{
    int error;
    do
        error = posix_fallocate(mmm->fd, 0, (off_t)length);
    while (error == EINTR);
    errno = error;
    if (error != 0)
        say("%s: %zu bytes cannot be reserved: %m", mmm->path, length);
    return error == 0;
}

static void *map(const Mmm *mmm, off_t offset, size_t length)
{
    static _Atomic bool said; // a client can make its host try again and again
    void *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, mmm->fd, offset);
    if (at != MAP_FAILED)
        return at;
    if (!mmm->is_host || !atomic_exchange(&said, true))
        say("%s: %zu bytes cannot be mapped into memory: %m", mmm->path, length);
    return NULL;
}

bool memory_map_head(Mmm *mmm)
{
    mmm->head = map(mmm, 0, mmm->at->first_pixel);
    return mmm->head != NULL;
}

static void unmap_pixels(Mmm *mmm)
{
    if (mmm->view != NULL)
        munmap(mmm->view, mmm->view_length);
    mmm->view = mmm->pixels = NULL;
}

bool memory_map_pixels(Mmm *mmm, uint32_t fb_offset, size_t length)
{
    const uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
    const uint32_t skipped = fb_offset % page;
    unsigned char *view = map(mmm, (off_t)(fb_offset - skipped), skipped + length);
    if (view == NULL)
        return false;
    unmap_pixels(mmm);
    mmm->view = view;
    mmm->view_length = skipped + length;
    mmm->pixels = view + skipped;
    mmm->fb_offset = fb_offset;
    return true;
}

// The bytes from the first to the last pixel.
uint64_t memory_picture_length(int width, int height, int stride)
{
    return (uint64_t)stride * (uint64_t)(height - 1) + (uint64_t)width * 4;
}

void memory_close(Mmm *mmm)
{
    unmap_pixels(mmm);
    if (mmm->head != NULL)
        munmap(mmm->head, mmm->at->first_pixel);
    if (mmm->fd >= 0)
        close(mmm->fd);
}
