// A program for the framebuffer. "ask" checks what the kernel would answer and prints "ok". "draw" reads letters from its terminal:
// r, g: fills the mapping in red, green; f: a child does so in blue; w: write() makes the first pixel white; z: read() writes zeros
// into the mapping; x, v: the screen is turned off and on; q: ends. "evdev" prints the records of /dev/input/event0 and event1.
#include <errno.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <linux/input.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, strerror(errno)); \
            exit(1); \
        } \
    } while (0)

int __openat_2(int directory, const char *path, int flags); // what compilers call with _FORTIFY_SOURCE

static struct fb_var_screeninfo s_mode;
static struct fb_fix_screeninfo s_memory;

static void ask_framebuffer(int fb)
{
    CHECK(ioctl(fb, FBIOGET_VSCREENINFO, &s_mode) == 0 && ioctl(fb, FBIOGET_FSCREENINFO, &s_memory) == 0);
    CHECK(s_mode.xres == 320 && s_mode.yres == 200 && s_mode.bits_per_pixel == 32 && s_memory.line_length == 320 * 4);
    CHECK(s_memory.smem_len == 320 * 200 * 4 && s_mode.red.offset == 16 && s_mode.blue.offset == 0);
    struct fb_var_screeninfo other = s_mode;
    other.bits_per_pixel = 16;
    CHECK(ioctl(fb, FBIOPUT_VSCREENINFO, &other) == 0 && other.bits_per_pixel == 32);
    CHECK(ioctl(fb, FBIOPAN_DISPLAY, &other) == 0);
    other.yoffset = 1;
    CHECK(ioctl(fb, FBIOPAN_DISPLAY, &other) < 0 && errno == EINVAL);
    uint16_t colors[16] = { 0 };
    struct fb_cmap map = { .len = 16, .red = colors, .green = colors, .blue = colors };
    CHECK(ioctl(fb, FBIOGETCMAP, &map) == 0 && ioctl(fb, FBIOPUTCMAP, &map) == 0);
    CHECK(ioctl(fb, FBIOBLANK, FB_BLANK_UNBLANK) == 0 && ioctl(fb, FBIO_WAITFORVSYNC, &(int){ 0 }) == 0);
    CHECK(ioctl(fb, FBIOGET_CON2FBMAP, &(struct fb_con2fbmap){ .console = 1 }) == 0);
}

static void ask_terminal(int tty)
{
    struct vt_stat state;
    struct vt_mode mode;
    int value;
    struct termios settings;
    CHECK(isatty(tty) && tcgetattr(tty, &settings) == 0 && tcsetattr(tty, TCSANOW, &settings) == 0);
    CHECK(ioctl(tty, VT_GETSTATE, &state) == 0 && state.v_active == 1);
    CHECK(ioctl(tty, KDSETMODE, KD_GRAPHICS) == 0 && ioctl(tty, KDGETMODE, &value) == 0 && value == KD_GRAPHICS);
    CHECK(ioctl(tty, VT_OPENQRY, &value) == 0 && ioctl(tty, VT_ACTIVATE, value) == 0 && ioctl(tty, VT_WAITACTIVE, value) == 0);
    CHECK(ioctl(tty, VT_GETMODE, &mode) == 0 && ioctl(tty, VT_SETMODE, &mode) == 0);
    CHECK(ioctl(tty, KDGKBMODE, &value) == 0 && ioctl(tty, KDSKBMODE, value) == 0);
    CHECK(ioctl(tty, TIOCNOTTY) == 0);
}

static void ask(void)
{
    const int fb = open("/dev/fb0", O_RDWR | O_TRUNC);
    FILE *stream = fopen("/dev/fb0", "r+");
    CHECK(fb >= 0 && stream != NULL && access("/dev/fb0", W_OK) == 0);
    ask_framebuffer(fb);
    ask_framebuffer(fileno(stream));
    ask_framebuffer(dup(openat(AT_FDCWD, "/dev/fb/0", O_RDWR)));
    ask_framebuffer(__openat_2(AT_FDCWD, "/dev/fb0", O_RDWR));
    ask_terminal(STDIN_FILENO);
    ask_terminal(open("/dev/tty0", O_RDWR));
    CHECK(open("/dev/fb1", O_RDWR) < 0 && errno == ENOENT);
    puts("ok");
}

static void fill(uint32_t *pixels, uint32_t color)
{
    for (int i = 0; i < 320 * 200; i++)
        pixels[i] = color;
}

static void draw(void)
{
    const int fb = open("/dev/fb0", O_RDWR), zeros = open("/dev/zero", O_RDONLY), console = open("/dev/tty0", O_WRONLY);
    CHECK(write(console, "\033[?25l", 6) == 6); // hides the cursor, which nobody reads
    uint32_t *pixels = mmap(NULL, 320 * 200 * 4, PROT_READ | PROT_WRITE, MAP_SHARED, fb, 0);
    const uint32_t white = 0xffffff;
    struct termios raw;
    char letter = 'r';
    CHECK(pixels != MAP_FAILED && tcgetattr(STDIN_FILENO, &raw) == 0);
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    do {
        if (letter == 'r' || letter == 'g')
            fill(pixels, letter == 'r' ? 0xc00000 : 0x00c000);
        if (letter == 'w')
            CHECK(pwrite(fb, &white, sizeof white, 0) == sizeof white);
        if (letter == 'z')
            CHECK(read(zeros, pixels, 320 * 200 * 4) == 320 * 200 * 4);
        if (letter == 'x' || letter == 'v')
            CHECK(ioctl(fb, FBIOBLANK, letter == 'x' ? FB_BLANK_POWERDOWN : FB_BLANK_UNBLANK) == 0);
        if (letter == 'f') {
            const pid_t child = fork();
            if (child == 0) {
                sleep(3); // until the parent is quiet, and its pages are protected
                fill(pixels, 0x0000c0);
                _exit(0);
            }
        }
    } while (read(STDIN_FILENO, &letter, 1) == 1 && letter != 'q');
}

static void print_records(int device, const char *name)
{
    struct input_event event;
    while (read(device, &event, sizeof event) == (ssize_t)sizeof event)
        printf("%s %d %d %d\n", name, event.type, event.code, event.value);
    fflush(stdout);
}

static void evdev(void)
{
    const int keyboard = open("/dev/input/event0", O_RDONLY | O_NONBLOCK), pointer = open("/dev/input/event1", O_RDONLY | O_NONBLOCK);
    struct input_absinfo range;
    unsigned char keys[KEY_MAX / 8 + 1] = { 0 }, types[4] = { 0 };
    char name[64];
    CHECK(ioctl(pointer, EVIOCGABS(ABS_X), &range) == 0 && range.maximum == 319);
    CHECK(ioctl(keyboard, EVIOCGBIT(EV_KEY, sizeof keys), keys) > 0 && (keys[KEY_A / 8] & 1 << KEY_A % 8) != 0);
    CHECK(ioctl(pointer, EVIOCGBIT(0, sizeof types), types) > 0 && (types[0] & 1 << EV_ABS) != 0);
    CHECK(ioctl(pointer, EVIOCGNAME(sizeof name), name) > 0 && strcmp(name, "mmm pointer") == 0);
    CHECK(ioctl(keyboard, EVIOCGRAB, 1) == 0);
    puts("ready");
    fflush(stdout);
    struct pollfd both[] = { { .fd = keyboard, .events = POLLIN }, { .fd = pointer, .events = POLLIN } };
    while (poll(both, 2, -1) > 0) {
        print_records(keyboard, "keyboard");
        print_records(pointer, "pointer");
    }
}

int main(int count, char *words[])
{
    CHECK(count == 2);
    if (strcmp(words[1], "ask") == 0)
        ask();
    else if (strcmp(words[1], "draw") == 0)
        draw();
    else
        evdev();
    return 0;
}
