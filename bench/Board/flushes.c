#include "flushes.h"
#include "bench.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TRACING "/sys/kernel/tracing/"
#define RESOURCE_FLUSH 0x104 /* VIRTIO_GPU_CMD_RESOURCE_FLUSH */
#define WAITING 64

static void set(const char *file, const char *value)
{
    char path[256];
    snprintf(path, sizeof path, TRACING "%s", file);
    int fd = open(path, O_WRONLY | O_TRUNC);
    if (fd < 0 || write(fd, value, strlen(value)) < 0)
        DIE(path);
    close(fd);
}

static const char *details[] = { "events/sched/sched_waking/enable", "events/sched/sched_switch/enable", "events/raw_syscalls/enable" };

static void set_details(const char *value)
{
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        set(details[i], value);
}

void flushes_begin(int all)
{
    if (all)
        set_details("1");
    set("tracing_on", "0");
    set("trace_clock", "mono");
    set("events/virtio_gpu/enable", "1");
    flushes_clear();
    set("tracing_on", "1");
}

void flushes_end(void)
{
    set("tracing_on", "0");
    set("events/virtio_gpu/enable", "0");
    set_details("0");
}

void flushes_copy(const char *file)
{
    char block[4096];
    int from = open(TRACING "trace", O_RDONLY), to = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    for (ssize_t n; from >= 0 && (n = read(from, block, sizeof block)) > 0;) {
        if (write(to, block, n) != n)
            DIE(file);
    }
    close(from);
    close(to);
}

void flushes_clear(void)
{
    close(open(TRACING "trace", O_WRONLY | O_TRUNC));
}

static long field(const char *line, const char *name)
{
    const char *at = strstr(line, name);
    return at ? strtol(at + strlen(name), NULL, 0) : -1;
}

/* A command and its response have the same sequence number. Each of the two queues (control, cursor) has its own numbers. Only the
 * command has a type. */
int flushes_answered(double *last)
{
    char line[1024];
    long waiting[WAITING];
    int waits = 0, answered = 0;
    FILE *trace = fopen(TRACING "trace", "r");
    if (!trace)
        DIE(TRACING "trace");
    while (fgets(line, sizeof line, trace)) {
        char *event = strstr(line, ": virtio_gpu_cmd_");
        long number = field(line, "seqno=");
        if (!event || field(line, "vq=") != 0)
            continue;
        if (strstr(event, "_queue:") && field(line, "type=") == RESOURCE_FLUSH && waits < WAITING)
            waiting[waits++] = number;
        for (int i = 0; strstr(event, "_response:") && i < waits; i++) {
            if (waiting[i] != number)
                continue;
            waiting[i] = waiting[--waits];
            char *time = event;
            while (time > line && time[-1] != ' ')
                time--;
            answered++;
            *last = strtod(time, NULL);
            break;
        }
    }
    fclose(trace);
    return answered;
}
