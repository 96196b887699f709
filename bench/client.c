// The client of bench/run client and of bench/board, on a memory display.
//   first                                  draws the blue of Hello and sleeps
//   ring FRAMEBUFFER WIDTH ROUNDS          changes a square of 64x64 every 20 ms, and prints for each frame the µs from mmm_write_done
//                                          until the last pixel of the square is on the display
//   starts FRAMEBUFFER ROUNDS PROGRAM...   starts a program that draws that blue, and prints for each start the ms from its exec until the
//                                          first pixel is blue
#include <fcntl.h>
#include <mmm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LEFT = 100, TOP = 100, SIDE = 64, BLUE = 0x203040 };

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void draw(Mmm *mmm, int x, int y, int width, int height, uint32_t color)
{
    int stride;
    unsigned char *pixels = mmm_get_buffer_write(mmm, NULL, NULL, &stride, NULL);
    for (int row = y; row < y + height; row++) {
        uint32_t *to = (uint32_t *)(void *)(pixels + (size_t)row * (size_t)stride);
        for (int column = x; column < x + width; column++)
            to[column] = color;
    }
}

static const volatile uint32_t *display(const char *framebuffer, size_t pixels)
{
    const volatile uint32_t *screen = mmap(NULL, pixels * 4, PROT_READ, MAP_SHARED, open(framebuffer, O_RDONLY), 0);
    if (screen == MAP_FAILED) {
        perror(framebuffer);
        exit(1);
    }
    return screen;
}

// A host clears the screen when its client has ended.
static void starts(const char *framebuffer, int rounds, char *words[])
{
    const volatile uint32_t *screen = display(framebuffer, 1);
    for (int i = 0; i < rounds; i++) {
        while ((*screen & 0xffffff) == BLUE)
            usleep(1000);
        usleep(50000); // the host is idle again
        const double start = now_us();
        const pid_t child = vfork();
        if (child == 0) {
            execv(words[0], words);
            _exit(127);
        }
        while ((*screen & 0xffffff) != BLUE && waitpid(child, NULL, WNOHANG) == 0)
            usleep(100);
        printf("%.2f\n", (now_us() - start) / 1e3);
        if (kill(child, SIGKILL) != 0 || waitpid(child, NULL, 0) != child) {
            fprintf(stderr, "%s has ended without a picture\n", words[0]);
            exit(1);
        }
    }
}

static void ring(Mmm *mmm, const char *framebuffer, int width, int rounds)
{
    const size_t last = (size_t)(TOP + SIDE - 1) * (size_t)width + LEFT + SIDE - 1;
    const volatile uint32_t *screen = display(framebuffer, last + 1);
    uint32_t color = 0xff000000;
    for (int i = 0; i < rounds; i++) {
        usleep(20000); // longer than the host's interval between frames
        color = (color + 0x010203) | 0xff000000;
        draw(mmm, LEFT, TOP, SIDE, SIDE, color);
        const double start = now_us();
        mmm_write_done(mmm, LEFT, TOP, SIDE, SIDE);
        while (screen[last] != color) {
        }
        printf("%.2f\n", now_us() - start);
    }
}

int main(int count, char *words[])
{
    if (count >= 5 && strcmp(words[1], "starts") == 0) {
        starts(words[2], atoi(words[3]), words + 4);
        return 0;
    }
    Mmm *mmm = mmm_new(-1, -1, MMM_FLAG_DEFAULT, NULL);
    if (mmm == NULL)
        return 1;
    if (count == 5 && strcmp(words[1], "ring") == 0) {
        ring(mmm, words[2], atoi(words[3]), atoi(words[4]));
    } else {
        draw(mmm, 0, 0, mmm_get_width(mmm), mmm_get_height(mmm), 0xff000000 | BLUE);
        mmm_write_done(mmm, 0, 0, 0, 1);
        for (;;)
            mmm_wait(mmm, -1);
    }
    mmm_destroy(mmm);
    return 0;
}
