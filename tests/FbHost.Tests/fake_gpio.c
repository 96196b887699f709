/* Runs a program to which every file is a GPIO chip, and notes what it does with the lines.
 *
 * fake_gpio LOG PROGRAM ARGS...
 *
 * The chip is gpiochip9 with the label "fake" and the lines LED0 to LED3, of which the last is used by "another". Requests of linux/gpio.h
 * are seen by another process (seccomp's user notification), which answers them and appends a line to LOG for each line that is requested
 * or set: "1 for CONSUMER", "1 high", "1 low". A line that the program has closed can be requested again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/gpio.h>
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

enum { LINES = 4, TAKEN = 3 };

static struct { int there, here; char consumer[GPIO_MAX_NAME_SIZE]; } held[LINES]; /* descriptors: the program's, and the other end here */

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

static int get(int pid, void *here, uint64_t there, size_t length)
{
    struct iovec local = { here, length }, remote = { (void *)(uintptr_t)there, length };
    return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)length ? 0 : -EFAULT;
}

static int put(int pid, void *here, uint64_t there, size_t length)
{
    struct iovec local = { here, length }, remote = { (void *)(uintptr_t)there, length };
    return process_vm_writev(pid, &local, 1, &remote, 1, 0) == (ssize_t)length ? 0 : -EFAULT;
}

static int is_held(int line)
{
    struct pollfd other = { .fd = held[line].here, .events = POLLIN };
    if (line == TAKEN)
        return 1;
    if (!held[line].there)
        return 0;
    if (poll(&other, 1, 0) > 0) { /* closed by the program */
        close(held[line].here);
        held[line].there = 0;
    }
    return held[line].there != 0;
}

static int request_line(int seen, struct seccomp_notif *call, int log)
{
    struct gpio_v2_line_request request;
    int pair[2], error = get(call->pid, &request, call->data.args[2], sizeof request);
    unsigned line = request.offsets[0];
    if (error)
        return error;
    if (request.num_lines != 1 || line >= LINES)
        return -EINVAL;
    if (is_held(line))
        return -EBUSY;
    if (pipe2(pair, O_CLOEXEC) != 0)
        fail("pipe");
    struct seccomp_notif_addfd add = { .id = call->id, .srcfd = pair[1], .newfd_flags = O_CLOEXEC };
    request.fd = ioctl(seen, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    close(pair[1]);
    if (request.fd < 0)
        fail("add a descriptor");
    held[line].there = request.fd;
    held[line].here = pair[0];
    memcpy(held[line].consumer, request.consumer, sizeof request.consumer);
    dprintf(log, "%u for %s\n", line, request.consumer);
    return put(call->pid, &request, call->data.args[2], sizeof request);
}

static int line_of(int fd)
{
    for (int line = 0; line < LINES; line++)
        if (is_held(line) && held[line].there == fd)
            return line;
    return -1;
}

static int answer(int seen, struct seccomp_notif *call, int log)
{
    uint64_t at = call->data.args[2];
    int line = line_of(call->data.args[0]), error;
    switch ((unsigned)call->data.args[1]) {
    case GPIO_GET_CHIPINFO_IOCTL: {
        struct gpiochip_info chip = { .name = "gpiochip9", .label = "fake", .lines = LINES };
        return put(call->pid, &chip, at, sizeof chip);
    }
    case GPIO_V2_GET_LINEINFO_IOCTL: {
        struct gpio_v2_line_info info;
        if ((error = get(call->pid, &info, at, sizeof info)))
            return error;
        if (info.offset >= LINES)
            return -EINVAL;
        snprintf(info.name, sizeof info.name, "LED%u", info.offset);
        if (is_held(info.offset)) {
            snprintf(info.consumer, sizeof info.consumer, "%s", info.offset == TAKEN ? "another" : held[info.offset].consumer);
            info.flags = GPIO_V2_LINE_FLAG_USED;
        }
        return put(call->pid, &info, at, sizeof info);
    }
    case GPIO_V2_GET_LINE_IOCTL:
        return request_line(seen, call, log);
    case GPIO_V2_LINE_SET_CONFIG_IOCTL: {
        struct gpio_v2_line_config config;
        if ((error = get(call->pid, &config, at, sizeof config)))
            return error;
        if (line < 0 || !(config.flags & GPIO_V2_LINE_FLAG_OUTPUT) || config.num_attrs != 1
            || config.attrs[0].attr.id != GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES || config.attrs[0].mask != 1)
            return -EINVAL;
        dprintf(log, "%d %s\n", line, config.attrs[0].attr.values & 1 ? "high" : "low");
        return 0;
    }
    case GPIO_V2_LINE_SET_VALUES_IOCTL: {
        struct gpio_v2_line_values values;
        if ((error = get(call->pid, &values, at, sizeof values)))
            return error;
        if (line < 0 || values.mask != 1)
            return -EINVAL;
        dprintf(log, "%d %s\n", line, values.bits & 1 ? "high" : "low");
        return 0;
    }
    default:
        return -ENOTTY;
    }
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
        response.error = answer(seen, &call, log);
        ioctl(seen, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
    exit(0);
}

int main(int argc, char **argv)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff00),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xb400, 0, 1),
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
