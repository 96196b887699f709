// The functions of a host with files that are not those of a good client.
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../src/LibMmm/layout.h"
#include "check.h"
#include "mmm.h"

static char path[512];

static const char *in_directory(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", getenv("MMM_PATH"), name);
    return path;
}

static void refused(const char *name, int error)
{
    errno = 0;
    CHECK(mmm_host_open(in_directory(name)) == NULL);
    EQUAL(error, errno);
}

static void put(int fd, uint32_t offset, int value) { EQUAL(4, pwrite(fd, &value, 4, (off_t)offset)); }

// A file as a client of this layout makes it, without the library.
static int make(const char *name, const struct layout *at, int width, int height, int fb_length)
{
    const int fd = open(in_directory(name), O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)at->first_pixel + (off_t)width * height * 4) == 0);
    put(fd, FB_BLOCK_LENGTH, fb_length);
    put(fd, at->width, width);
    put(fd, at->height, height);
    put(fd, at->stride, width * 4);
    put(fd, at->fb_offset, (int)at->first_pixel);
    put(fd, at->flip_state, WAIT_FLIP);
    put(fd, PID, getpid());
    return fd;
}

static void test_refused(void)
{
    refused("missing", ENOENT);
    CHECK(mmm_host_open(NULL) == NULL);
    EQUAL(0, mkdir(in_directory("directory"), 0700));
    refused("directory", EISDIR);
    EQUAL(0, mkfifo(in_directory("fifo"), 0600));
    refused("fifo", EINVAL);
    int fd = make("i386", &layout_lp64, 4, 4, 0x3cc);
    close(fd);
    refused("i386", EINVAL);
    EQUAL(0, symlink("i386", in_directory("link")));
    refused("link", ELOOP);
    fd = make("new", &layout_lp64, 4, 4, 0x5d0);
    put(fd, PID, 0);
    refused("new", EAGAIN);
    EQUAL(0, ftruncate(fd, 0x1000));
    refused("new", EAGAIN);
    EQUAL(0, ftruncate(fd, 0));
    refused("new", EAGAIN);
    close(fd);
}

static void shows(const char *name, const struct layout *at, int fb_length)
{
    int fd = make(name, at, 5, 4, fb_length), w, h, stride;
    const unsigned char last[4] = { 1, 2, 3, 4 };
    EQUAL(4, pwrite(fd, last, 4, (off_t)at->first_pixel + 5 * 4 * 4 - 4));
    Mmm *host = mmm_host_open(in_directory(name));
    CHECK(host != NULL);
    const unsigned char *pixels = mmm_get_buffer_read(host, &w, &h, &stride);
    CHECK(pixels != NULL && w == 5 && h == 4 && stride == 20 && memcmp(pixels + 76, last, 4) == 0);
    mmm_read_done(host);
    mmm_set_value(host, "host-width", "800");
    mmm_add_event(host, "mouse-press 1 2");
    char text[16];
    EQUAL(16, pread(fd, text, sizeof text, (off_t)ring_slot(at->events_read, 1)));
    SAME_TEXT("mouse-press 1 2", text);
    mmm_destroy(host);
    EQUAL(0, unlink(in_directory(name)));
    close(fd);
}

static void test_layouts(void)
{
    shows("lp64", &layout_lp64, 0x5d0);
    shows("arm32", &layout_arm32, 0x3d0);
    shows("raw", &layout_lp64, 0);
}

// Numbers that are not possible give no picture, and the old size stays.
static void test_geometry(void)
{
    const struct layout *at = &layout_lp64;
    int fd = make("geometry", at, 5, 4, 0x5d0), w, h;
    Mmm *host = mmm_host_open(in_directory("geometry"));
    CHECK(host != NULL);
    const struct { uint32_t field; int wrong, right; } cases[] = {
        { at->width, 6, 5 }, { at->width, -1, 5 }, { at->width, 0x7fffffff, 5 }, { at->height, 5, 4 }, { at->height, 0, 4 },
        { at->stride, 16, 20 }, { at->stride, 21, 20 }, { at->stride, 0x7ffffffc, 20 }, { at->stride, -20, 20 },
        { at->fb_offset, 0, (int)at->first_pixel }, { at->fb_offset, -4, (int)at->first_pixel },
        { at->fb_offset, 0x7ffffff0, (int)at->first_pixel }, { at->fb_offset, (int)at->first_pixel + 4, (int)at->first_pixel },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(mmm_get_buffer_read(host, &w, &h, NULL) != NULL);
        put(fd, cases[i].field, cases[i].wrong);
        EQUAL(0, mmm_host_check_size(host, &w, &h));
        EQUAL(5, w);
        CHECK(mmm_get_buffer_read(host, NULL, NULL, NULL) == NULL);
        put(fd, cases[i].field, cases[i].right);
    }
    EQUAL(0, ftruncate(fd, (off_t)at->first_pixel));
    CHECK(mmm_get_buffer_read(host, NULL, NULL, NULL) == NULL);
    mmm_destroy(host);
    close(fd);
}

// A picture for which there are no addresses left is no picture, and is told once.
static void test_huge(void)
{
    enum { HOSTS = 20 };
    const struct layout *at = &layout_lp64;
    const int stride = 0x1ffffffc, fd = make("huge", at, 5, 4, 0x5d0), errors = make("errors", at, 0, 0, 0), screen = dup(STDERR_FILENO);
    if (sizeof(off_t) < 8 || ftruncate(fd, (off_t)(1ULL << 43)) != 0)
        return; // there are no files of 8 TiB here
    Mmm *hosts[HOSTS];
    EQUAL(0, ftruncate(errors, 0));
    CHECK(dup2(errors, STDERR_FILENO) >= 0);
    int missing = 0;
    for (int i = 0; i < HOSTS; i++) {
        int height;
        put(fd, at->height, 4);
        put(fd, at->stride, 20);
        hosts[i] = mmm_host_open(in_directory("huge"));
        CHECK(hosts[i] != NULL);
        put(fd, at->height, MAX_SIDE);
        put(fd, at->stride, stride);
        for (int looks = 0; looks < 3; looks++) {
            const unsigned char *pixels = mmm_get_buffer_read(hosts[i], NULL, &height, NULL);
            CHECK(pixels == NULL || height == MAX_SIDE);
            missing += pixels == NULL && looks == 2;
        }
    }
    dup2(screen, STDERR_FILENO);
    CHECK(missing > 0);
    char text[1000] = "";
    const char *line = pread(errors, text, sizeof text - 1, 0) > 0 ? strchr(text, '\n') : NULL;
    CHECK(line == NULL || line[1] == '\0');
    for (int i = 0; i < HOSTS; i++)
        mmm_destroy(hosts[i]);
    close(errors);
    close(fd);
}

// A client that has no size yet, and gets one.
static void test_late_size(void)
{
    int fd = make("late", &layout_lp64, 0, 0, 0x5d0), w, h;
    Mmm *host = mmm_host_open(in_directory("late"));
    CHECK(host != NULL && mmm_get_buffer_read(host, NULL, NULL, NULL) == NULL);
    close(make("late", &layout_lp64, 8, 9, 0x5d0));
    EQUAL(1, mmm_host_check_size(host, &w, &h));
    EQUAL(8, w);
    CHECK(mmm_get_buffer_read(host, NULL, NULL, NULL) != NULL);
    mmm_destroy(host);
    close(fd);
}

// A client that draws while a slow host copies: the host gets the new frame, too.
static void test_slow_host(void)
{
    const int fd = make("client", &layout_lp64, 4, 4, 0x5d0);
    Mmm *mmm = mmm_host_open(in_directory("client"));
    CHECK(mmm != NULL);
    for (int state = DRAWING; state <= WAIT_FLIP; state++) {
        put(fd, layout_lp64.flip_state, WAIT_FLIP);
        CHECK(mmm_get_buffer_read(mmm, NULL, NULL, NULL) != NULL);
        put(fd, layout_lp64.damage + 8, 3); // after 150 ms the client does not wait any more
        put(fd, layout_lp64.flip_state, state);
        mmm_read_done(mmm);
        int width;
        EQUAL(state == WAIT_FLIP, mmm_get_damage(mmm, NULL, NULL, &width, NULL));
        EQUAL(3, width);
    }
    CHECK(mmm_get_buffer_read(mmm, NULL, NULL, NULL) != NULL);
    mmm_read_done(mmm);
    int width;
    EQUAL(0, mmm_get_damage(mmm, NULL, NULL, &width, NULL));
    EQUAL(0, width);
    mmm_destroy(mmm);
    close(fd);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        { "refused", test_refused }, { "layouts", test_layouts }, { "geometry", test_geometry }, { "late-size", test_late_size },
        { "huge", test_huge }, { "slow-host", test_slow_host },
    };
    return run_test(tests, sizeof tests / sizeof *tests, argc, argv);
}
