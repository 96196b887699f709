/* A client that knows nothing but the offsets of protocol.md section 2: no library, no block headers, no bell. It pokes them into a
 * mapped file and waits by usleep, as the author's own raw clients do. --arm pokes the 32-bit ARM layout instead (which is told by the
 * FB block's length).
 *
 * raw_client [--arm] [--title T] [--size WxH] [--at X,Y] [--format NAME] MODE [ARGS]
 *   color RRGGBB               draws once, then prints every event as a line "event TEXT"
 *   transparent RRGGBB         the same with 0 in the bytes of the alpha
 *   nodamage RRGGBB            the same without setting any damage
 *   damage RRGGBB RRGGBB X Y W H   draws, then draws everything again but reports a part only
 *   animate                    a frame after the other; the grey level is the frame's number
 *   every RRGGBB MS            a frame each MS milliseconds
 *   stubborn RRGGBB N          draws once, and sets its own size again the first N times that another one is asked for
 *   flood-frames               the same without waiting for neutral
 *   hang                       draws once, then sets drawing and does no more
 *   message TEXT...            draws once, sends messages
 *   flood-messages             draws once, sends messages without end
 *   deaf                       draws once, never reads its events
 *   pcm FORMAT RATE HZ MS      draws once, plays a tone of half the full scale
 *   bell SOCKET HELLO          is no client: says hello to a bell socket, prints the answer
 *   exit CODE                  prints its arguments and ends
 */
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PID 0x18
#define TITLE 0xb0
#define FORMAT 0x1b0

/* Behind FORMAT everything is 0x200 lower for ARM32. */
static int arm;
#define WIDTH (0x5b0 - arm)
#define HEIGHT (0x5b4 - arm)
#define STRIDE (0x5b8 - arm)
#define FB_OFFSET (0x5bc - arm)
#define FLIP_STATE (0x5c0 - arm)
#define X (0x5c8 - arm)
#define Y (0x5d0 - arm)
#define DESIRED_WIDTH (0x5d8 - arm)
#define DESIRED_HEIGHT (0x5dc - arm)
#define DAMAGE_X (0x5e0 - arm)
#define DAMAGE_Y (0x5e4 - arm)
#define DAMAGE_WIDTH (0x5e8 - arm)
#define DAMAGE_HEIGHT (0x5ec - arm)
#define EVENTS_READ (0x680 - arm)
#define EVENTS_WRITE (0x682 - arm)
#define EVENTS_BUFFER (0x6a4 - arm)
#define MESSAGES_READ (0x206b8 - arm)
#define MESSAGES_WRITE (0x206ba - arm)
#define MESSAGES_BUFFER (0x206dc - arm)
#define PCM_FORMAT (0x406f0 - arm)
#define PCM_RATE (0x406f4 - arm)
#define PCM_READ (0x40700 - arm)
#define PCM_WRITE (0x40704 - arm)
#define PCM_BUFFER (0x40748 - arm)
#define PIXELS (0x48c70 - arm)

enum { INITIALIZING, NEUTRAL, DRAWING, WAIT_FLIP };

static volatile uint8_t *m;
static int fd;
static uint32_t color, alpha = 0xff000000;

#define I32(offset) (*(volatile int32_t *)(m + (offset)))
#define I16(offset) (*(volatile int16_t *)(m + (offset)))
#define F64(offset) (*(volatile double *)(m + (offset)))

static void set_size(int width, int height)
{
    size_t length = PIXELS + (size_t)width * 4 * height + 1;
    if (ftruncate(fd, length) != 0)
        exit(1);
    if (m)
        munmap((void *)m, 16384 * 4096);
    m = mmap(NULL, 16384 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); /* more than the file has: it may grow */
    if (m == MAP_FAILED)
        exit(1);
    I32(WIDTH) = I32(DESIRED_WIDTH) = width;
    I32(HEIGHT) = I32(DESIRED_HEIGHT) = height;
    I32(STRIDE) = width * 4;
    I32(FB_OFFSET) = PIXELS;
}

static void fill(uint32_t rgb)
{
    volatile uint32_t *p = (volatile uint32_t *)(m + PIXELS);
    for (int i = I32(WIDTH) * I32(HEIGHT); i > 0; i--)
        *p++ = alpha | rgb;
}

static void wait_neutral(void)
{
    for (int tries = 0; I32(FLIP_STATE) != NEUTRAL && tries < 150; tries++)
        usleep(1000);
}

static void draw(uint32_t rgb, int set_damage)
{
    wait_neutral();
    I32(FLIP_STATE) = DRAWING;
    fill(rgb);
    if (set_damage) {
        I32(DAMAGE_WIDTH) = I32(WIDTH);
        I32(DAMAGE_HEIGHT) = I32(HEIGHT);
    }
    __sync_synchronize();
    I32(FLIP_STATE) = WAIT_FLIP;
}

static int stubborn;

static void follow_size(void)
{
    int width = I32(DESIRED_WIDTH), height = I32(DESIRED_HEIGHT);
    if ((width == I32(WIDTH) && height == I32(HEIGHT)) || width < 1 || height < 1)
        return;
    wait_neutral();
    I32(FLIP_STATE) = INITIALIZING;
    if (stubborn-- > 0) {
        width = I32(WIDTH);
        height = I32(HEIGHT);
    }
    set_size(width, height);
    I32(FLIP_STATE) = NEUTRAL;
    printf("size %dx%d\n", width, height);
    draw(color, 1);
}

static void read_events(void)
{
    while (I16(EVENTS_READ) != I16(EVENTS_WRITE)) {
        I16(EVENTS_READ) = (I16(EVENTS_READ) + 1) & 1023;
        printf("event %s\n", (const char *)(m + EVENTS_BUFFER + I16(EVENTS_READ) * 128));
    }
}

static int send_message(const char *text)
{
    int next = (I16(MESSAGES_WRITE) + 1) & 1023;
    if (next == I16(MESSAGES_READ))
        return 0;
    strncpy((char *)(m + MESSAGES_BUFFER + next * 128), text, 127);
    __sync_synchronize();
    I16(MESSAGES_WRITE) = next;
    return 1;
}

static void play(int format, int rate, double hz, int ms)
{
    int channels = format & 1 ? 2 : 1, bytes = channels * (format < 2 ? 4 : 2), total = 32768 / bytes;
    I32(PCM_FORMAT) = format;
    I32(PCM_RATE) = rate;
    I32(PCM_READ) = 0;
    I32(PCM_WRITE) = 1; /* one stale frame, as the original library leaves */
    for (long i = 0, n = (long)rate * ms / 1000; i < n;) {
        int read = I32(PCM_READ), write = I32(PCM_WRITE), queued = (write - read + total) % total;
        for (; queued < total - 2 && i < n; queued++, i++) { /* all that fits: a busy machine runs this seldom */
            double v = 0.5 * sin(2 * M_PI * hz * i / rate);
            for (int c = 0; c < channels; c++) {
                if (format < 2)
                    ((volatile float *)(m + PCM_BUFFER))[write * channels + c] = v;
                else
                    ((volatile int16_t *)(m + PCM_BUFFER))[write * channels + c] = v * 32767;
            }
            write = (write + 1) % total;
        }
        __sync_synchronize();
        I32(PCM_WRITE) = write;
        usleep(5000);
    }
    while (I32(PCM_READ) != I32(PCM_WRITE))
        usleep(5000);
    printf("played\n");
}

static int say_hello(const char *path, const char *hello)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char answer[301] = "";
    int bell = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (connect(bell, (struct sockaddr *)&address, sizeof address) != 0 || send(bell, hello, strlen(hello), 0) < 0
        || recv(bell, answer, 300, 0) < 0)
        return 1;
    printf("%s\n", answer);
    return 0;
}

int main(int argc, char **argv)
{
    int width = 64, height = 48, i = 1;
    double x = 0, y = 0;
    const char *title = "raw", *format = "", *mode;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (; i + 1 < argc && !strncmp(argv[i], "--", 2); i++) {
        if (!strcmp(argv[i], "--arm"))
            arm = 0x200;
        else if (!strcmp(argv[i], "--title"))
            title = argv[++i];
        else if (!strcmp(argv[i], "--format"))
            format = argv[++i];
        else if (!strcmp(argv[i], "--size") && sscanf(argv[++i], "%dx%d", &width, &height) != 2)
            return 2;
        else if (!strcmp(argv[i], "--at") && sscanf(argv[++i], "%lf,%lf", &x, &y) != 2)
            return 2;
    }
    mode = argv[i++];
    if (!strcmp(mode, "bell"))
        return say_hello(argv[i], argv[i + 1]);
    if (!strcmp(mode, "exit")) {
        for (int a = i; a < argc; a++)
            printf("argument %s\n", argv[a]);
        return atoi(argv[i]);
    }

    char path[4096];
    snprintf(path, sizeof path, "%s/fb.XXXXXX", getenv("MMM_PATH"));
    fd = mkstemp(path);
    if (fd < 0) {
        perror(path);
        return 1;
    }
    fchmod(fd, 0777);
    set_size(width, height);
    if (arm)
        I32(0xa8) = 0x3d0;
    strncpy((char *)(m + TITLE), title, 255);
    strncpy((char *)(m + FORMAT), format, 255);
    F64(X) = x;
    F64(Y) = y;
    I32(FLIP_STATE) = NEUTRAL;
    __sync_synchronize();
    I32(PID) = getpid();

    color = strtoul(i < argc && strlen(argv[i]) == 6 ? argv[i] : "336699", NULL, 16);
    if (!strcmp(mode, "stubborn"))
        stubborn = atoi(argv[i + 1]);
    if (!strcmp(mode, "transparent"))
        alpha = 0;
    draw(color, strcmp(mode, "nodamage"));
    if (!strcmp(mode, "damage")) {
        wait_neutral();
        I32(FLIP_STATE) = DRAWING;
        fill(strtoul(argv[i + 1], NULL, 16));
        I32(DAMAGE_X) = atoi(argv[i + 2]);
        I32(DAMAGE_Y) = atoi(argv[i + 3]);
        I32(DAMAGE_WIDTH) = atoi(argv[i + 4]);
        I32(DAMAGE_HEIGHT) = atoi(argv[i + 5]);
        I32(FLIP_STATE) = WAIT_FLIP;
    }
    if (!strcmp(mode, "message"))
        while (i < argc)
            send_message(argv[i++]);
    if (!strcmp(mode, "pcm"))
        play(atoi(argv[i]), atoi(argv[i + 1]), atof(argv[i + 2]), atoi(argv[i + 3]));
    if (!strcmp(mode, "hang")) {
        wait_neutral();
        I32(FLIP_STATE) = DRAWING;
        printf("hangs\n");
        pause();
    }
    if (!strcmp(mode, "deaf"))
        pause();
    for (uint32_t n = 0;; n++) {
        if (!strcmp(mode, "animate")) {
            draw((n & 255) * 0x10101, 1);
        } else if (!strcmp(mode, "every")) {
            usleep(1000 * atoi(argv[i + 1]));
            draw(color ^ (n & 1), 1);
        } else if (!strcmp(mode, "flood-frames")) {
            fill((n & 255) * 0x10101);
            I32(DAMAGE_WIDTH) = I32(WIDTH);
            I32(DAMAGE_HEIGHT) = I32(HEIGHT);
            I32(FLIP_STATE) = WAIT_FLIP;
            if (n % 64 == 0)
                usleep(1); /* hostile, but the test machine has two cores */
        } else if (!strcmp(mode, "flood-messages")) {
            if (!send_message("flood"))
                usleep(100);
        } else {
            usleep(2000);
        }
        follow_size();
        read_events();
    }
}
