/* Programs that run another one and answer some of its system calls (seccomp's user notification). Each of them is one source file. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void send_fd(int to, int fd)
{
    char byte = 0;
    union { char bytes[CMSG_SPACE(sizeof fd)]; struct cmsghdr align; } control;
    struct iovec data = { &byte, 1 };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd) };
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    if (sendmsg(to, &message, 0) != 1)
        fail("sendmsg");
}

static int receive_fd(int from)
{
    char byte;
    int fd;
    union { char bytes[CMSG_SPACE(sizeof fd)]; struct cmsghdr align; } control;
    struct iovec data = { &byte, 1 };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
    if (recvmsg(from, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
        exit(1);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

/* Copies from or to the memory of another process. */
static int copy(int pid, void *here, uint64_t there, size_t length, int to_there)
{
    struct iovec local = { here, length }, remote = { (void *)(uintptr_t)there, length };
    return (to_there ? process_vm_writev : process_vm_readv)(pid, &local, 1, &remote, 1, 0) == (ssize_t)length;
}

/* Becomes argv[2], whose calls the filter reports, and starts a process that answers them: serve(DESCRIPTOR OF THE REPORTS, argv[1]). */
static int supervise(struct sock_fprog *program, int argc, char **argv, void (*serve)(int, const char *))
{
    int pair[2], seen;
    if (argc < 3)
        return 2;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        fail("socketpair");
    pid_t child = fork();
    if (child == 0) {
        if (fork() != 0)
            _exit(0); /* so that the program has no child that it does not know */
        close(pair[0]);
        int nowhere = open("/dev/null", O_RDWR); /* whoever reads the program's output waits for its end and not for this one's */
        dup2(nowhere, 0), dup2(nowhere, 1), dup2(nowhere, 2);
        serve(receive_fd(pair[1]), argv[1]);
    }
    waitpid(child, NULL, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        fail("no new privileges");
    seen = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, program);
    if (seen < 0)
        fail("seccomp");
    send_fd(pair[0], seen);
    close(seen);
    execv(argv[2], argv + 2);
    fail(argv[2]);
    return 1;
}
