/* Runs a program to which every file is a framebuffer of 64x48 pixels, XRGB8888, and notes which programs are started.
 *
 * fake_fb LOG PROGRAM ARGS...
 *
 * Requests of linux/fb.h, execve and fork are seen by another process (seccomp's user notification), which answers the former. It appends a
 * line "PROGRAM FIRST-ARGUMENT" to LOG before a program that is started can run, or "fork", and ends with the last process that it sees.
 */
#define _GNU_SOURCE
#include "answered_calls.h"
#include <linux/fb.h>
#include <sched.h>

enum { WIDTH = 64, HEIGHT = 48 };

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
    return supervise(&program, argc, argv, serve);
}
