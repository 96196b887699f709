/* Measures a stack (a host or compositor with its app). Runs on the board, as root. Prints lines "WHAT NUMBER" or "WHAT NAME NUMBER".
 *
 * probe [OPTION VALUE]... MODE N COMMAND...
 *   starts N COMMAND    cold: ms from exec to the first pixel with empty caches; then N times start: the same with full caches
 *   keys N COMMAND      N times flush: ms from a key to the last answered flush; N times plane: ms from a key to the changed pixel at the
 *                       plane; lost: keys without a change; flushes-a-key; pss NAME: MB of the processes
 *   memory N COMMAND    pss NAME only, N seconds after the start
 *   frames N COMMAND    for N seconds in which the app draws continuously: fps; flushes-a-frame; cpu NAME: ms per frame
 * The app must draw the picture of bench.h.
 *   --any 1         the app may draw any picture that is not black
 *   --pause US      pause between two reads of the plane. Reading takes half of a processor, so flushes are timed without reading.
 *   --root DIR      root directory of the command
 *   --user N        user id of the command
 *   --beside NAME   name of a process that belongs to the stack but was started earlier
 *   --trace FILE    file for the kernel's trace of the last key, with wake-ups and system calls */
#include "bench.h"
#include "flushes.h"
#include "keyboard.h"
#include "plane.h"
#include "stack.h"

#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define START_LIMIT 30
#define START_PAUSE_US 2000
#define KEY_LIMIT 2

static int pause_us = 150;
static const char *root = "", *beside = "", *trace;
static int user, any;

static uint32_t look(int known)
{
    return plane_pixel(WIDTH - 1, BAND_TOP + BAND_ROWS - 1, known);
}

/* Waits until the pixel has the colour or, with other, a different colour. Returns the time, or 0 if it took longer than the limit. */
static double wait_pixel(uint32_t color, int other, int known, double limit, int pause)
{
    double end = now() + limit;
    for (;;) {
        if ((look(known) == color) != other)
            return now();
        if (now() > end)
            return 0;
        usleep(pause);
    }
}

/* Paints the screen of the console black. It is shown while no other process has opened the card. */
static void blank(void)
{
    static const uint32_t black[WIDTH * HEIGHT];
    int fd = open("/dev/fb0", O_WRONLY);
    if (fd < 0 || pwrite(fd, black, sizeof black, 0) != sizeof black)
        DIE("/dev/fb0");
    close(fd);
    for (int tries = 0; look(0) != 0; tries++) {
        if (tries == 100)
            fprintf(stderr, "probe: the screen does not show the console\n"), exit(1);
        usleep(10000);
    }
}

/* Starts the stack and waits for its first pixel. Returns the time that this took, in ms. */
static double start(char **command)
{
    plane_open();
    blank();
    double exec = stack_start(command, root, user), seen;
    seen = wait_pixel(any ? 0 : DARK & 0xffffff, any, 0, START_LIMIT, START_PAUSE_US);
    if (seen == 0) {
        fprintf(stderr, "probe: %s has drawn nothing within %d s\n", command[0], START_LIMIT);
        stack_end();
        exit(1);
    }
    return (seen - exec) * 1e3;
}

static void end(void)
{
    stack_end();
    plane_close();
    usleep(200000);
}

static void starts(int n, char **command)
{
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
    sync();
    if (fd < 0 || write(fd, "3", 1) != 1)
        DIE("drop_caches");
    close(fd);
    for (int i = 0; i <= n; i++) {
        printf("%s %.1f\n", i == 0 ? "cold" : "start", start(command));
        usleep(300000); /* waits until the start is complete */
        end();
    }
}

static void memory(void)
{
    struct usage sums[STACK_NAMES];
    for (int i = stack_usage(sums, beside, 1) - 1; i >= 0; i--) {
        if (sums[i].pss_kb)
            printf("pss %s %.2f\n", sums[i].name, sums[i].pss_kb / 1024.0);
    }
}

/* Presses and releases a key, and waits for all results. Returns the time of the press. With looks, *seen is set to the time at which the
 * pixel at the plane changed, otherwise to 0. */
static double press(int looks, uint32_t from, double *seen)
{
    flushes_clear();
    double pressed = now();
    keyboard_send(KEY_A, 1);
    *seen = looks ? wait_pixel(from, 1, 1, KEY_LIMIT, pause_us) : 0;
    usleep(100000 + rand() % 30000); /* a random time, to be independent of timers */
    keyboard_send(KEY_A, 0);
    usleep(10000);
    return pressed;
}

static void keys(int n, char **command)
{
    int flushes = 0, lost = 0;
    keyboard_open();
    start(command);
    sleep(2);
    flushes_begin(trace != NULL);
    for (int i = -3; i < 2 * n; i++) { /* three keys to warm up */
        int looks = i >= n;
        uint32_t from = look(1);
        double last, seen, pressed = press(looks, from, &seen);
        int answered = flushes_answered(&last);
        if (i < 0)
            continue;
        flushes += answered;
        if (answered == 0 || look(1) == from)
            lost++;
        else if (looks)
            printf("plane %.3f\n", (seen - pressed) * 1e3);
        else
            printf("flush %.3f\n", (last - pressed) * 1e3);
    }
    if (trace)
        flushes_copy(trace);
    flushes_end();
    printf("lost %d\nflushes-a-key %.2f\n", lost, (double)flushes / (2 * n));
    memory();
    end();
}

static void frames(int seconds, char **command)
{
    struct usage before[STACK_NAMES], after[STACK_NAMES];
    double last;
    any = 1;
    start(command);
    sleep(2);
    flushes_begin(0);
    double begin = now();
    int names = stack_usage(before, beside, 0);
    uint32_t from = look(0);
    double first = now();
    sleep(seconds);
    uint32_t drawn = look(0) - from; /* the colour of a frame is its number */
    double fps = drawn / (now() - first), used = fps * (now() - begin); /* frames between the two readings of the processes */
    int more = stack_usage(after, beside, 0);
    double traced = fps * (now() - begin);
    flushes_end();
    int flushes = flushes_answered(&last);
    if (drawn == 0)
        fprintf(stderr, "probe: %s draws no frames\n", command[0]), exit(1);
    printf("fps %.1f\nflushes-a-frame %.2f\n", fps, flushes / traced);
    for (int i = 0; i < more; i++) {
        double cpu = after[i].cpu_ms;
        for (int j = 0; j < names; j++)
            cpu -= strcmp(after[i].name, before[j].name) == 0 ? before[j].cpu_ms : 0;
        printf("cpu %s %.3f\n", after[i].name, cpu / used);
    }
    end();
}

int main(int argc, char **argv)
{
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--pause") == 0)
            pause_us = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--beside") == 0)
            beside = argv[i + 1];
        else if (strcmp(argv[i], "--any") == 0)
            any = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--root") == 0)
            root = argv[i + 1];
        else if (strcmp(argv[i], "--trace") == 0)
            trace = argv[i + 1];
        else if (strcmp(argv[i], "--user") == 0)
            user = atoi(argv[i + 1]);
    }
    int n = i + 2 < argc ? atoi(argv[i + 1]) : 0;
    if (n <= 0)
        return fprintf(stderr, "usage: probe [options] starts|keys|memory|frames N COMMAND...\n"), 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    if (strcmp(argv[i], "starts") == 0)
        starts(n, argv + i + 2);
    else if (strcmp(argv[i], "keys") == 0)
        keys(n, argv + i + 2);
    else if (strcmp(argv[i], "memory") == 0)
        any = 1, start(argv + i + 2), sleep(n), memory(), end();
    else
        frames(n, argv + i + 2);
    return 0;
}
