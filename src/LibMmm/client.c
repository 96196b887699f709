// The life of a client.
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCREEN_PATIENCE_MS = 130, SCREEN_WIDTH = 400, SCREEN_HEIGHT = 300 };

// The directory of the host to join, as an allocated text. A new one, with a host, if MMM_PATH is not set.
static char *find_directory(bool *is_new)
{
    const char *given = getenv("MMM_PATH");
    struct stat status;
    *is_new = given == NULL || given[0] == '\0';
    if (!*is_new) {
        if (stat(given, &status) == 0 && S_ISDIR(status.st_mode))
            return realpath(given, NULL);
        say("MMM_PATH is %s, which is not a directory; start a host there: mmm --path %s", given, given);
        errno = ENOTDIR;
        return NULL;
    }
    char *made = directory_make();
    if (made != NULL && (!launch_host(made) || setenv("MMM_PATH", made, 1) != 0)) {
        rmdir(made);
        free(made);
        made = NULL;
    }
    return made;
}

static Mmm *allocate(void)
{
    Mmm *mmm = calloc(1, sizeof *mmm);
    if (mmm != NULL) {
        mmm->bytes_per_pixel = 4;
        mmm->fd = -1;
    }
    return mmm;
}

static void release(Mmm *mmm)
{
    const int error = errno;
    if (mmm->has_bell_parts)
        bell_close(mmm);
    memory_close(mmm);
    free(mmm->path);
    free(mmm->own_directory);
    free(mmm);
    errno = error;
}

// Waits for the size of the screen. With a bell it is there when the host has answered.
static void ask_screen_size(Mmm *mmm, int *width, int *height)
{
    const int64_t end = clock_ms() + SCREEN_PATIENCE_MS;
    while (!values_screen_size(mmm, width, height)) {
        if (bell_is_connected(mmm) || clock_ms() >= end) {
            *width = SCREEN_WIDTH;
            *height = SCREEN_HEIGHT;
            return;
        }
        clock_sleep(2);
    }
}

static void publish(Mmm *mmm)
{
    mmm->process = getpid();
    store(mmm, PID, (int)mmm->process);
    mmm->has_bell_parts = bell_open(mmm);
    bell_connect(mmm);
}

static bool begin(Mmm *mmm, int width, int height)
{
    text_set(mmm->head + TITLE, TITLE_LENGTH, "mmm", "title");
    mmm_pcm_set_format(mmm, MMM_s16S);
    mmm_pcm_set_sample_rate(mmm, 48000);
    store(mmm, mmm->at->fb_offset, (int)mmm->at->first_pixel);
    const bool fills_screen = width < 0 || height < 0;
    // The size is known before the client is published, or is asked for after it.
    if (!size_set(mmm, fills_screen ? 0 : width, fills_screen ? 0 : height))
        return false;
    if (fills_screen) {
        publish(mmm);
        ask_screen_size(mmm, &width, &height);
        if (!size_set(mmm, width, height))
            return false;
    }
    mmm_write_done(mmm, 0, 0, -1, -1); // the blank frame
    if (!fills_screen)
        publish(mmm);
    return true;
}

Mmm *mmm_new(int width, int height, MmmFlag flags, void *babl_format)
{
    (void)flags;
    (void)babl_format;
    if (width > MAX_SIDE || height > MAX_SIDE) {
        say("a client of %dx%d pixels is not possible; a side has at most %d", width, height, MAX_SIDE);
        errno = EINVAL;
        return NULL;
    }
    bool is_new;
    char *directory = find_directory(&is_new);
    Mmm *mmm = directory == NULL ? NULL : allocate();
    if (mmm == NULL) {
        free(directory);
        return NULL;
    }
    const bool is_created = file_create(mmm, directory);
    if (is_new)
        mmm->own_directory = directory;
    else
        free(directory);
    if (is_created && begin(mmm, width, height))
        return mmm;
    if (is_created)
        file_remove(mmm);
    release(mmm);
    return NULL;
}

Mmm *mmm_client_reopen(const char *path)
{
    Mmm *mmm = path == NULL ? NULL : allocate();
    if (mmm == NULL)
        return NULL;
    bool is_whole = file_open(mmm, path);
    if (is_whole) {
        mmm_host_check_size(mmm, NULL, NULL);
        is_whole = mmm->pixels != NULL;
        errno = EAGAIN;
    }
    if (!is_whole) {
        if (errno == EAGAIN)
            say("%s: is not the file of a client that was complete", path);
        release(mmm);
        return NULL;
    }
    pcm_take_over(mmm);
    publish(mmm);
    return mmm;
}

// The host that mmm_new has started ends with this client: the next client of the program starts another one.
static void leave_own_host(const char *directory)
{
    const char *joined = getenv("MMM_PATH");
    if (joined != NULL && strcmp(joined, directory) == 0)
        unsetenv("MMM_PATH");
    rmdir(directory); // fails if it is not empty: then the host removes it
}

void mmm_destroy(Mmm *mmm)
{
    if (mmm == NULL)
        return;
    if (!mmm->is_host && mmm->process == getpid()) {
        file_remove(mmm);
        if (mmm->own_directory != NULL)
            leave_own_host(mmm->own_directory);
    }
    release(mmm);
}

const char *mmm_get_path(Mmm *mmm) { return mmm->path; }

int mmm_get_bytes_per_pixel(Mmm *mmm) { return mmm->bytes_per_pixel; }
