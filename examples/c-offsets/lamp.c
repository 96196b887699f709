// A lamp that a touch turns on and off, without a library: it writes the fields of docs/protocol.md at their offsets (64-bit programs).
//   cc -o lamp lamp.c && mmm ./lamp
// Without the bell it has to look: every 10 ms here. examples/c-select sleeps instead.
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    PID = 0x18, TITLE = 0xb0, WIDTH = 0x5b0, HEIGHT = 0x5b4, STRIDE = 0x5b8, FB_OFFSET = 0x5bc, FLIP_STATE = 0x5c0,
    DESIRED_WIDTH = 0x5d8, DESIRED_HEIGHT = 0x5dc, EVENTS_READ = 0x680, EVENTS_WRITE = 0x682, EVENTS = 0x6a4, FIRST_PIXEL = 0x48c70,
    NEUTRAL = 1, DRAWING = 2, WAIT_FLIP = 3, SIDE = 200,
};

static char path[4096];
static unsigned char *file;

static _Atomic int32_t *number(int offset) { return (_Atomic int32_t *)(void *)(file + offset); }

static _Atomic int16_t *ring_index(int offset) { return (_Atomic int16_t *)(void *)(file + offset); }

static void end(int signal)
{
    (void)signal;
    unlink(path);
    _exit(0);
}

static void draw(int is_lit)
{
    for (int tries = 0; *number(FLIP_STATE) != NEUTRAL && tries < 150; tries++)
        usleep(1000); // the host copies the last frame
    *number(FLIP_STATE) = DRAWING;
    for (int i = 0; i < SIDE * SIDE; i++)
        ((uint32_t *)(void *)(file + FIRST_PIXEL))[i] = is_lit ? 0xffffc030 : 0xff203040; // B, G, R, A in memory
    *number(FLIP_STATE) = WAIT_FLIP; // without damage everything is shown
}

int main(void)
{
    const char *directory = getenv("MMM_PATH");
    const size_t length = FIRST_PIXEL + SIDE * SIDE * 4;
    snprintf(path, sizeof path, "%s/fb.%d", directory == NULL ? "" : directory, (int)getpid());
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (directory == NULL || fd < 0 || ftruncate(fd, (off_t)length) != 0) {
        fputs("lamp: there is no host: start this program with mmm ./lamp\n", stderr);
        return 1;
    }
    file = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (file == MAP_FAILED)
        return 1;
    signal(SIGTERM, end);
    signal(SIGINT, end);
    strcpy((char *)file + TITLE, "lamp");
    *number(WIDTH) = *number(HEIGHT) = *number(DESIRED_WIDTH) = *number(DESIRED_HEIGHT) = SIDE;
    *number(STRIDE) = SIDE * 4;
    *number(FB_OFFSET) = FIRST_PIXEL;
    *number(FLIP_STATE) = NEUTRAL;
    *number(PID) = (int32_t)getpid(); // last: from now on it is a client

    int is_lit = 0;
    for (draw(is_lit);; usleep(10000)) {
        while (*ring_index(EVENTS_READ) != *ring_index(EVENTS_WRITE)) {
            const int slot = (*ring_index(EVENTS_READ) + 1) & 1023;
            *ring_index(EVENTS_READ) = (int16_t)slot;
            if (strncmp((char *)file + EVENTS + slot * 128, "mouse-press ", 12) == 0)
                draw(is_lit = !is_lit);
        }
    }
}
