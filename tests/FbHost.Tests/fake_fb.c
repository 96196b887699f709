/* Runs a program to which every file is a framebuffer of 64x48 pixels, XRGB8888, and notes which programs are started.
 *
 * fake_fb LOG PROGRAM ARGS...
 *
 * Requests of linux/fb.h, execve and fork are seen by another process (seccomp's user notification), which answers the former. It appends a
 * line "PROGRAM FIRST-ARGUMENT" to LOG before a program that is started can run, or "fork", and ends with the last process that it sees.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fb.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
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

enum { WIDTH = 64, HEIGHT = 48 };

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

static int copy(int pid, void *here, uint64_t there, size_t length, int to_there)
{
    struct iovec local = { here, length }, remote = { (void *)(uintptr_t)there, length };
    return (to_there ? process_vm_writev : process_vm_readv)(pid, &local, 1, &remote, 1, 0) == (ssize_t)length;
}

/* A text of another process; what is not there is empty. */
static void read_text(int pid, uint64_t at, char *text, size_t size)
{
    size_t length = 0;
    while (length + 1 < size && at && copy(pid, text + length, at + length, 1, 0) && text[length])
        length++;
    text[length] = 0;
}

static void note_program(int log, int pid, const __u64 *arguments)
{
    char program[4096], first[4096];
    uint64_t argument = 0;
    read_text(pid, arguments[0], program, sizeof program);
    copy(pid, &argument, arguments[1] + sizeof argument, sizeof argument, 0);
    read_text(pid, argument, first, sizeof first);
    dprintf(log, "%s %s\n", program, first);
}

static int answer(int pid, unsigned request, uint64_t at)
{
    struct fb_var_screeninfo mode = {
        .xres = WIDTH, .yres = HEIGHT, .xres_virtual = WIDTH, .yres_virtual = HEIGHT, .bits_per_pixel = 32,
        .red = { 16, 8, 0 }, .green = { 8, 8, 0 }, .blue = { 0, 8, 0 },
    };
    struct fb_fix_screeninfo device = {
        .id = "fake", .smem_len = 4 * WIDTH * HEIGHT, .line_length = 4 * WIDTH,
        .type = FB_TYPE_PACKED_PIXELS, .visual = FB_VISUAL_TRUECOLOR,
    };
    if (request == FBIOGET_VSCREENINFO)
        return copy(pid, &mode, at, sizeof mode, 1);
    if (request == FBIOGET_FSCREENINFO)
        return copy(pid, &device, at, sizeof device, 1);
    return 1;
}

static void serve(int seen, const char *log_path)
{
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct pollfd wait = { .fd = seen, .events = POLLIN };
    while (poll(&wait, 1, -1) > 0 && !(wait.revents & POLLHUP)) {
        struct seccomp_notif call = { 0 };
        struct seccomp_notif_resp response = { 0 };
        if (ioctl(seen, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
            continue; /* ended meanwhile */
        response.id = call.id;
        if (call.data.nr == __NR_execve) {
            note_program(log, call.pid, call.data.args);
            response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        } else if (call.data.nr == __NR_clone) {
            dprintf(log, "fork\n");
            response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        } else if (!answer(call.pid, call.data.args[1], call.data.args[2])) {
            response.error = -14; /* EFAULT */
        }
        ioctl(seen, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
    exit(0);
}

int main(int argc, char **argv)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_execve, 8, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, CLONE_VM), /* a thread, or a child that is to be another program at once */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 4, 5),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff00),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'F' << 8, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof filter / sizeof *filter, filter };
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
    seen = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (seen < 0)
        fail("seccomp");
    send_fd(pair[0], seen);
    close(seen);
    execv(argv[2], argv + 2);
    fail(argv[2]);
}
