// The file of a client: its name, its mode, its block headers.
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_trusted(uid_t owner) { return owner == 0 || owner == geteuid(); }

// Gives the host access: with the mode 0600 if host and directory belong to this user or root, else with the host's group and 0660.
void file_let_host_in(const Mmm *mmm)
{
    char *directory = strdup(mmm->path), *bell = NULL;
    struct stat host, socket;
    if (directory == NULL)
        return;
    *strrchr(directory, '/') = '\0';
    if (stat(directory[0] == '\0' ? "/" : directory, &host) == 0) {
        bool is_own = is_trusted(host.st_uid);
        if (asprintf(&bell, "%s/.host", directory) < 0)
            bell = NULL;
        if (bell != NULL && lstat(bell, &socket) == 0) {
            is_own = is_own && is_trusted(socket.st_uid);
            host = socket;
        }
        int ignored = is_own ? 0 : fchown(mmm->fd, (uid_t)-1, host.st_gid); // fails if this user is not in the group
        (void)ignored;
        fchmod(mmm->fd, is_own ? 0600 : 0660);
    }
    free(bell);
    free(directory);
}

static void write_header(Mmm *mmm, uint32_t offset, const char *type, uint32_t length, uint32_t next)
{
    memcpy(mmm->head + offset, type, 8);
    store(mmm, offset + 8, (int)length);
    store(mmm, offset + 12, (int)next);
}

static void write_headers(Mmm *mmm)
{
    const struct layout *at = mmm->at;
    write_header(mmm, 0, "MMM \xe2\x96\x91 ", FB_BLOCK, FB_BLOCK);
    write_header(mmm, FB_BLOCK, "FB      ", at->fb_block_length, at->events_block);
    write_header(mmm, at->events_block, "EVENTS  ", RING_BLOCK_LENGTH, at->messages_block);
    write_header(mmm, at->messages_block, "MESSAGES", RING_BLOCK_LENGTH, at->pcm_block);
    write_header(mmm, at->pcm_block, "PCM     ", PCM_BLOCK_LENGTH, at->values_block);
    write_header(mmm, at->values_block, "VALUES  ", VALUES_BLOCK_LENGTH, at->fb_data);
    write_header(mmm, at->fb_data, "FBDATA  ", 0, 0);
}

// Creates a file in the directory. It has no pid: hosts do not regard it as a client yet.
bool file_create(Mmm *mmm, const char *directory)
{
    mmm->at = layout_own();
    if (asprintf(&mmm->path, "%s/fb.XXXXXX", directory) < 0) {
        mmm->path = NULL;
        return false;
    }
    mmm->fd = mkostemp(mmm->path, O_CLOEXEC);
    if (mmm->fd < 0) {
        say("%s: no file of a client can be created: %m; check that a host (mmm) serves MMM_PATH", directory);
        return false;
    }
    file_let_host_in(mmm);
    if (!memory_reserve(mmm, mmm->at->first_pixel + 2) || !memory_map_head(mmm)) {
        file_remove(mmm);
        return false;
    }
    write_headers(mmm);
    return true;
}

// Opens a file that another process has created: without following a link and without waiting for a FIFO.
bool file_open(Mmm *mmm, const char *path)
{
    struct stat status;
    uint32_t fb_length = 0;
    mmm->path = realpath(path, NULL);
    mmm->fd = mmm->path == NULL ? -1 : open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (mmm->fd < 0 || fstat(mmm->fd, &status) != 0) {
        say("%s: the client cannot be opened: %m", path);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        say("%s: is not a plain file, so it is not that of a client", path);
        errno = EINVAL;
        return false;
    }
    if (pread(mmm->fd, &fb_length, sizeof fb_length, FB_BLOCK_LENGTH) != sizeof fb_length) {
        errno = EAGAIN;
        return false;
    }
    mmm->at = layout_of(fb_length);
    if (mmm->at == NULL) {
        say("%s: is not the file of a 64-bit or 32-bit ARM client: its FB block has %u bytes", path, fb_length);
        errno = EINVAL;
        return false;
    }
    if (status.st_size < (off_t)mmm->at->first_pixel) {
        errno = EAGAIN;
        return false;
    }
    return memory_map_head(mmm);
}

// Removes the file, unless its name is now that of another one.
void file_remove(const Mmm *mmm)
{
    struct stat mine, there;
    if (fstat(mmm->fd, &mine) == 0 && lstat(mmm->path, &there) == 0 && mine.st_dev == there.st_dev && mine.st_ino == there.st_ino)
        unlink(mmm->path);
}
