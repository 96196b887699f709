/* The minimum that a program must do to show a reaction to a key. It is the lower bound for the other stacks.
 *
 * floor kms|fbdev            draws 64 rows for each key: in a dumb buffer with one DIRTYFB (kms), or by one pwrite to /dev/fb0 (fbdev)
 * FRAMES=1 floor kms|fbdev   draws whole frames continuously; the colour of a frame is its number */
#include "bench.h"

#include <drm/drm.h>
#include <fcntl.h>
#include <linux/input.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static uint32_t *pixels; /* the dumb buffer, or for fbdev a copy of the screen */
static int device;
static uint32_t framebuffer; /* 0 for fbdev */

static void must(unsigned long request, void *argument, const char *what)
{
    if (ioctl(device, request, argument) != 0)
        DIE(what);
}

static void open_kms(void)
{
    uint32_t crtcs[8], connectors[8];
    struct drm_mode_card_res card = { .crtc_id_ptr = (uintptr_t)crtcs, .connector_id_ptr = (uintptr_t)connectors,
        .count_crtcs = 8, .count_connectors = 8 };
    struct drm_mode_modeinfo modes[64];
    struct drm_mode_create_dumb dumb = { .width = WIDTH, .height = HEIGHT, .bpp = 32 };
    device = open("/dev/dri/card0", O_RDWR);
    must(DRM_IOCTL_MODE_GETRESOURCES, &card, "the card");
    struct drm_mode_get_connector connector = { .connector_id = connectors[0], .modes_ptr = (uintptr_t)modes, .count_modes = 64 };
    must(DRM_IOCTL_MODE_GETCONNECTOR, &connector, "the connector");
    must(DRM_IOCTL_MODE_CREATE_DUMB, &dumb, "a dumb buffer");
    struct drm_mode_map_dumb map = { .handle = dumb.handle };
    must(DRM_IOCTL_MODE_MAP_DUMB, &map, "a dumb buffer's place");
    pixels = mmap(NULL, dumb.size, PROT_READ | PROT_WRITE, MAP_SHARED, device, map.offset);
    struct drm_mode_fb_cmd fb = { .width = WIDTH, .height = HEIGHT, .pitch = dumb.pitch, .bpp = 32, .depth = 24, .handle = dumb.handle };
    must(DRM_IOCTL_MODE_ADDFB, &fb, "a framebuffer");
    framebuffer = fb.fb_id;
    fill(pixels, 0, HEIGHT, DARK);
    struct drm_mode_crtc crtc = { .crtc_id = crtcs[0], .fb_id = framebuffer, .set_connectors_ptr = (uintptr_t)connectors,
        .count_connectors = 1, .mode = modes[0], .mode_valid = 1 };
    must(DRM_IOCTL_MODE_SETCRTC, &crtc, "the mode");
}

static void show(int top, int rows)
{
    if (framebuffer) {
        struct drm_clip_rect clip = { .x1 = 0, .y1 = top, .x2 = WIDTH, .y2 = top + rows };
        struct drm_mode_fb_dirty_cmd dirty = { .fb_id = framebuffer, .num_clips = 1, .clips_ptr = (uintptr_t)&clip };
        must(DRM_IOCTL_MODE_DIRTYFB, &dirty, "DIRTYFB");
    } else if (pwrite(device, pixels + top * WIDTH, rows * WIDTH * 4, top * WIDTH * 4) != rows * WIDTH * 4) {
        DIE("/dev/fb0");
    }
}

static int open_keyboard(void)
{
    for (int i = 0; i < 32; i++) {
        char path[32], name[64] = "";
        snprintf(path, sizeof path, "/dev/input/event%d", i);
        int fd = open(path, O_RDONLY);
        /* The device is grabbed, because otherwise the console would print the keys. */
        if (fd >= 0 && ioctl(fd, EVIOCGNAME(sizeof name - 1), name) > 0 && strcmp(name, KEYBOARD) == 0 && ioctl(fd, EVIOCGRAB, 1) == 0)
            return fd;
        close(fd);
    }
    return -1; /* when the probe measures starts, there is no keyboard */
}

int main(int argc, char **argv)
{
    struct input_event events[16];
    if (argc > 1 && strcmp(argv[1], "kms") == 0) {
        open_kms();
    } else {
        device = open("/dev/fb0", O_RDWR);
        pixels = malloc(WIDTH * HEIGHT * 4);
        fill(pixels, 0, HEIGHT, DARK);
        show(0, HEIGHT);
    }
    if (getenv("FRAMES")) {
        for (uint32_t frame = 1;; frame++) {
            fill(pixels, 0, HEIGHT, 0xff000000 | frame);
            show(0, HEIGHT);
        }
    }
    int keyboard = open_keyboard(), lit = 0;
    if (keyboard < 0)
        pause();
    for (;;) {
        ssize_t length = read(keyboard, events, sizeof events);
        for (ssize_t i = 0; i < length / (ssize_t)sizeof *events; i++) {
            if (events[i].type != EV_KEY || events[i].value != 1)
                continue;
            lit = !lit;
            fill(pixels, BAND_TOP, BAND_ROWS, lit ? LIT : DARK);
            show(BAND_TOP, BAND_ROWS);
        }
    }
}
