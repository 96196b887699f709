// The program: its terminal, its environment, its signals and its end.
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_RUN = 127, SIGNALLED = 128 };

// Returns the program's end. Without /dev/pts, as in the sandbox of an app, it is a socket.
static int open_terminal(struct child *child)
{
    int ends[2];
    char name[64];
    child->input = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (child->input >= 0 && grantpt(child->input) == 0 && unlockpt(child->input) == 0
        && ptsname_r(child->input, name, sizeof name) == 0) {
        const struct winsize size = { .ws_row = 25, .ws_col = 80 };
        ioctl(child->input, TIOCSWINSZ, &size);
        return open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    if (child->input >= 0)
        close(child->input);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    child->input = ends[0];
    fcntl(child->input, F_SETFL, O_NONBLOCK);
    return ends[1];
}

// The library is where the starter's installation has it.
static bool find_library(char *path)
{
    char own[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length < 0)
        return false;
    own[length] = '\0';
    *strrchr(own, '/') = '\0';
    char together[PATH_MAX + sizeof LIBRARY];
    snprintf(together, sizeof together, "%s/" LIBRARY, own);
    if (realpath(together, path) != NULL)
        return true;
    say("%s: %s; install mmm-fbdev again", together, strerror(errno));
    return false;
}

static void set_environment(const struct picture *picture, const char *library, int pixels, int link, int terminal)
{
    char text[PATH_MAX + 256];
    const char *others = getenv("LD_PRELOAD");
    snprintf(text, sizeof text, "%s%s%s", library, others != NULL ? ":" : "", others != NULL ? others : "");
    setenv("LD_PRELOAD", text, 1);
    snprintf(text, sizeof text, "%d %d %d %d %d", picture->width, picture->height, pixels, link, terminal);
    setenv(LINK_VARIABLE, text, 1);
    setenv("TERM", "linux", 1);
}

// In the new process, until it becomes the program.
static void become(const struct picture *picture, int terminal, int link, const char *library, char *const command[])
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setsid();
    ioctl(terminal, TIOCSCTTY, 0);
    dup2(terminal, STDIN_FILENO);
    const int pixels = fcntl(picture->memory, F_DUPFD, FIRST_DESCRIPTOR), socket = fcntl(link, F_DUPFD, FIRST_DESCRIPTOR);
    set_environment(picture, library, pixels, socket, fcntl(terminal, F_DUPFD, FIRST_DESCRIPTOR));
    execvp(command[0], command);
    say("%s: %s; give a program of the PATH, or its path", command[0], strerror(errno));
    _exit(CANNOT_RUN);
}

bool child_start(struct child *child, const struct picture *picture, char *const command[])
{
    char library[PATH_MAX];
    int link[2];
    sigset_t signals;
    sigemptyset(&signals);
    const int passed[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT };
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
        sigaddset(&signals, passed[i]);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN); // a device may be closed while it is written
    if (!find_library(library))
        return false;
    const int terminal = open_terminal(child);
    child->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (terminal < 0 || child->signals < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0) {
        say("a terminal for %s: %s; free descriptors", command[0], strerror(errno));
        return false;
    }
    child->link = link[0];
    child->pid = fork();
    if (child->pid == 0)
        become(picture, terminal, link[1], library, command);
    if (child->pid < 0)
        say("%s: %s; allow more processes", command[0], strerror(errno));
    // The terminal stays open here, so that reading it does not fail while a program opens it anew.
    close(link[1]);
    return child->pid > 0;
}

bool child_take_signals(struct child *child, int *code)
{
    struct signalfd_siginfo signal;
    while (read(child->signals, &signal, sizeof signal) == (ssize_t)sizeof signal) {
        if (signal.ssi_signo != SIGCHLD)
            kill(child->pid, (int)signal.ssi_signo);
    }
    int status;
    if (waitpid(child->pid, &status, WNOHANG) != child->pid)
        return false;
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
    return true;
}

// What the program writes to its terminal is for a screen of text, which is not shown.
void child_take_output(struct child *child)
{
    char text[1024];
    while (read(child->input, text, sizeof text) > 0) {
    }
}
