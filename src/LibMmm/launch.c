// Starts a host for a client that has none.
#include "internal.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HOST_PATIENCE_MS = 2000 }; // a host of the original project creates no .host: after this time it is assumed to be ready

// True when the host listens or this time is over, false if it has ended.
static bool wait_ready(pid_t host, const char *bell)
{
    struct stat status;
    for (const int64_t end = clock_ms() + HOST_PATIENCE_MS; clock_ms() < end && stat(bell, &status) != 0; clock_sleep(2)) {
        if (waitpid(host, NULL, WNOHANG) != 0)
            return false;
    }
    return true;
}

// Signals that this program blocks or ignores shall reach the host. Returns an error number.
static int spawn(pid_t *host, char *const arguments[])
{
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_init(&attributes);
    if (error != 0)
        return error;
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    error = posix_spawnp(host, arguments[0], NULL, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    return error;
}

bool launch_host(const char *directory)
{
    char *bell = NULL, *path = strdup(directory);
    bool is_ready = false;
    if (path != NULL && asprintf(&bell, "%s/.host", directory) >= 0) {
        char program[] = "mmm", option[] = "-p", display_option[] = "--display";
        char *display = getenv("MMM_DISPLAY"); // as the C# library; the host's choice if it is not set
        char *arguments[] = { program, option, path, display == NULL || *display == '\0' ? NULL : display_option, display, NULL };
        pid_t host = -1;
        errno = spawn(&host, arguments);
        if (errno != 0)
            say("MMM_PATH is not set and no host can be started: mmm: %m; put mmm in the PATH, or start this program with mmm");
        else if (!(is_ready = wait_ready(host, bell)))
            say("the host (mmm -p %s) has ended at once; see its last line", directory);
        free(bell);
    }
    free(path);
    return is_ready;
}
