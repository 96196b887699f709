/* An mmm client with a bell, in C without a library. The offsets are those of src/Mmm/Protocol/Abi.cs (64-bit).
 *
 * client-mmm           draws 64 rows for each key
 * FRAMES=1 client-mmm  draws whole frames continuously; the colour of a frame is its number */
#include "bench.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PID 0x18
#define TITLE 0xb0
#define FB_WIDTH 0x5b0
#define FB_HEIGHT 0x5b4
#define STRIDE 0x5b8
#define FB_OFFSET 0x5bc
#define FLIP_STATE 0x5c0
#define DESIRED_WIDTH 0x5d8
#define DESIRED_HEIGHT 0x5dc
#define DAMAGE_X 0x5e0
#define DAMAGE_Y 0x5e4
#define DAMAGE_WIDTH 0x5e8
#define DAMAGE_HEIGHT 0x5ec
#define EVENTS_READ 0x680
#define EVENTS_WRITE 0x682
#define EVENTS_BUFFER 0x6a4
#define PIXELS 0x48c70
#define LENGTH (PIXELS + WIDTH * HEIGHT * 4 + 1)

enum { INITIALIZING, NEUTRAL, DRAWING, WAIT_FLIP };

static uint8_t *memory;
static int bell;

#define I32(offset) (*(volatile int32_t *)(memory + (offset)))
#define I16(offset) (*(volatile int16_t *)(memory + (offset)))

static void open_file(const char *directory, char *path, size_t length)
{
    snprintf(path, length, "%s/fb.XXXXXX", directory);
    int fd = mkstemp(path);
    if (fd < 0 || ftruncate(fd, LENGTH) != 0 || fchmod(fd, 0777) != 0)
        DIE(path);
    memory = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        DIE(path);
    strcpy((char *)memory + TITLE, "bench");
    I32(FB_WIDTH) = I32(DESIRED_WIDTH) = WIDTH;
    I32(FB_HEIGHT) = I32(DESIRED_HEIGHT) = HEIGHT;
    I32(STRIDE) = WIDTH * 4;
    I32(FB_OFFSET) = PIXELS;
    I32(FLIP_STATE) = NEUTRAL;
    __sync_synchronize();
    I32(PID) = getpid();
}

static void join(const char *directory, const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char text[300];
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.host", directory);
    int length = snprintf(text, sizeof text, "mmm 1 %s", strrchr(path, '/') + 1);
    bell = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (connect(bell, (struct sockaddr *)&address, sizeof address) != 0 || send(bell, text, length, 0) < 0)
        DIE(address.sun_path);
    length = recv(bell, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = 0;
    if (strcmp(text, "mmm 1 ok") != 0)
        fprintf(stderr, "client-mmm: the host has refused this client: %s\n", text), exit(1);
}

static void wait_ring(void)
{
    char ring[300];
    if (recv(bell, ring, sizeof ring, 0) <= 0)
        exit(0);
}

static void draw(int top, int rows, uint32_t color)
{
    while (I32(FLIP_STATE) != NEUTRAL)
        wait_ring();
    I32(FLIP_STATE) = DRAWING;
    fill((uint32_t *)(memory + PIXELS), top, rows, color);
    I32(DAMAGE_X) = 0;
    I32(DAMAGE_Y) = top;
    I32(DAMAGE_WIDTH) = WIDTH;
    I32(DAMAGE_HEIGHT) = rows;
    __sync_synchronize();
    I32(FLIP_STATE) = WAIT_FLIP;
    send(bell, "", 1, MSG_DONTWAIT);
}

int main(void)
{
    const char *directory = getenv("MMM_PATH");
    char path[4096];
    open_file(directory, path, sizeof path);
    join(directory, path);
    draw(0, HEIGHT, DARK);
    if (getenv("FRAMES")) {
        for (uint32_t frame = 1;; frame++)
            draw(0, HEIGHT, 0xff000000 | frame);
    }
    for (int lit = 0;;) {
        wait_ring();
        while (I16(EVENTS_READ) != I16(EVENTS_WRITE)) {
            I16(EVENTS_READ) = (I16(EVENTS_READ) + 1) & 1023;
            if (strcmp((char *)memory + EVENTS_BUFFER + I16(EVENTS_READ) * 128, "a") != 0)
                continue;
            lit = !lit;
            draw(BAND_TOP, BAND_ROWS, lit ? LIT : DARK);
        }
    }
}
