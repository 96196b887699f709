/* Runs a program to which every file is a GPIO chip, and notes what it does with the lines.
 *
 * fake_gpio LOG PROGRAM ARGS...
 *
 * The chip is gpiochip9 with the label "fake" and the lines LED0 to LED3, of which the last is used by "another". Requests of linux/gpio.h
 * are seen by another process (seccomp's user notification), which answers them and appends a line to LOG for each line that is requested
 * or set: "1 for CONSUMER", "1 high", "1 low". A line that the program has closed can be requested again.
 */
#define _GNU_SOURCE
#include "answered_calls.h"
#include <errno.h>
#include <linux/gpio.h>

enum { LINES = 4, TAKEN = 3 };

static struct { int there, here; char consumer[GPIO_MAX_NAME_SIZE]; } held[LINES]; /* descriptors: the program's, and the other end here */

static int get(int pid, void *here, uint64_t there, size_t length)
{
    return copy(pid, here, there, length, 0) ? 0 : -EFAULT;
}

static int put(int pid, void *here, uint64_t there, size_t length)
{
    return copy(pid, here, there, length, 1) ? 0 : -EFAULT;
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
    return supervise(&program, argc, argv, serve);
}
