// A hostile host: scribble FILE SEED MILLISECONDS overwrites random parts of a client's file, mostly its numbers.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../../src/LibMmm/layout.h"
#include "check.h"

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    CHECK(argc == 4);
    const struct layout *at = layout_own();
    const uint32_t numbers[] = {
        PID, at->width, at->height, at->stride, at->fb_offset, at->flip_state, at->desired_width, at->desired_height, at->damage,
        at->damage + 8, at->events_read, at->messages_read, at->pcm_format, at->pcm_sample_rate, at->pcm_read, at->pcm_write,
        at->value_count, FB_BLOCK_LENGTH,
    };
    struct stat status;
    const int fd = open(argv[1], O_RDWR);
    CHECK(fd >= 0 && fstat(fd, &status) == 0);
    const size_t length = at->first_pixel;
    unsigned char *file = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(file != MAP_FAILED);
    srand((unsigned)atoi(argv[2]));
    for (const long end = now_ms() + atol(argv[3]); now_ms() < end;) {
        for (int i = 0; i < 50; i++) {
            const int value = rand() % 3 == 0 ? rand() % 20 - 4 : rand() % 3 == 0 ? (int)((unsigned)rand() * 5u) : rand() % 2000;
            memcpy(file + numbers[(size_t)rand() % (sizeof numbers / sizeof *numbers)], &value, sizeof value);
            const size_t start = (size_t)rand() % length, count = (size_t)rand() % 200;
            memset(file + start, 'x', start + count <= length ? count : 0);
        }
    }
    return 0;
}
