// The directory of a client that starts its host itself: mmm-PID in XDG_RUNTIME_DIR, or else in /tmp.
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

// True for a directory, not a link, that only this user can write.
static bool is_safe(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & 0022) == 0;
}

// Makes PARENT/mmm-PID, or PARENT/mmm-PID-XXXXXX if another user has taken that name, or this process has had it: the host of that one
// may still be ending, and removes it. Returns NULL with errno.
static char *make_in(const char *parent)
{
    static _Atomic bool has_made;
    char *path = NULL;
    if (asprintf(&path, "%s/mmm-%ld", parent, (long)getpid()) < 0)
        return NULL;
    errno = EEXIST;
    if (!has_made && (mkdir(path, 0700) == 0 || (errno == EEXIST && is_safe(path)))) {
        has_made = true;
        return path;
    }
    for (int tries = 0; tries < 100 && errno == EEXIST; tries++) {
        unsigned char random[3];
        free(path);
        if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random
            || asprintf(&path, "%s/mmm-%ld-%02x%02x%02x", parent, (long)getpid(), random[0], random[1], random[2]) < 0)
            return NULL;
        if (mkdir(path, 0700) == 0)
            return path;
    }
    const int error = errno;
    free(path);
    errno = error;
    return NULL;
}

char *directory_make(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char *path = NULL;
    if (runtime != NULL && runtime[0] == '/' && is_safe(runtime))
        path = make_in(runtime);
    if (path == NULL)
        path = make_in("/tmp");
    if (path == NULL)
        say("/tmp: no directory for the client can be created: %m; create one and set MMM_PATH to its path");
    return path;
}
