// The framebuffer: the starter's memory, and the requests of linux/fb.h.
#include "preload.h"

#include <errno.h>
#include <linux/fb.h>
#include <sys/ioctl.h>
#include <time.h>

enum { FRAME_NS = 16666667 };

bool framebuffer_is(int fd)
{
    const struct screen *screen = connection_screen();
    return screen != NULL && connection_is_same(fd, screen->pixels);
}

int framebuffer_open(int flags) { return connection_reopen(connection_screen()->pixels, flags); }

static void describe(struct fb_var_screeninfo *to, const struct screen *screen)
{
    *to = (struct fb_var_screeninfo){
        .xres = (uint32_t)screen->width,
        .yres = (uint32_t)screen->height,
        .xres_virtual = (uint32_t)screen->width,
        .yres_virtual = (uint32_t)screen->height,
        .bits_per_pixel = 8 * BYTES_PER_PIXEL,
        .red = { .offset = 16, .length = 8 },
        .green = { .offset = 8, .length = 8 },
        .blue = { .offset = 0, .length = 8 },
        .width = UINT32_MAX,
        .height = UINT32_MAX,
        // The clock of 60 pictures a second, in ps a pixel, for programs that compute the rate.
        .pixclock = (uint32_t)(1000000000000 / 60 / screen->width / screen->height),
    };
}

static void describe_memory(struct fb_fix_screeninfo *to, const struct screen *screen)
{
    *to = (struct fb_fix_screeninfo){
        .id = "mmm",
        .smem_len = (uint32_t)connection_length(screen),
        .type = FB_TYPE_PACKED_PIXELS,
        .visual = FB_VISUAL_TRUECOLOR,
        .line_length = (uint32_t)screen->width * BYTES_PER_PIXEL,
    };
}

static int fail(int error)
{
    errno = error;
    return -1;
}

static void wait_for_next_frame(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    nanosleep(&(struct timespec){ .tv_nsec = FRAME_NS - now.tv_nsec % FRAME_NS }, NULL);
}

int framebuffer_ioctl(unsigned long request, void *argument)
{
    const struct screen *screen = connection_screen();
    switch (request) {
    case FBIOGET_VSCREENINFO:
    case FBIOPUT_VSCREENINFO: // as drivers with one mode: it stays, and the program is told
        describe(argument, screen);
        return 0;
    case FBIOGET_FSCREENINFO:
        describe_memory(argument, screen);
        return 0;
    case FBIOPAN_DISPLAY: {
        const struct fb_var_screeninfo *wanted = argument;
        return wanted->xoffset == 0 && wanted->yoffset == 0 ? 0 : fail(EINVAL);
    }
    case FBIOBLANK:
        connection_send(&(struct link_message){ .word = LINK_BLANK, .value = (int32_t)(intptr_t)argument }, -1);
        return 0;
    case FBIO_WAITFORVSYNC:
        wait_for_next_frame();
        return 0;
    case FBIOGETCMAP:
    case FBIOPUTCMAP: // the colours of pixels are fixed
        return 0;
    case FBIOGET_CON2FBMAP:
        ((struct fb_con2fbmap *)argument)->framebuffer = 0;
        return 0;
    default:
        return fail(EINVAL);
    }
}
