// The functions of a client, without a host: the other side is a second object in the same process.
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "clients.h"
#include "mmm-pset.h"

int eink_is_mono = 0;

static long elapsed_ms(long since) { return (mmm_ticks() - since) / 1000; }

static void check_size(Mmm *mmm, int width, int height)
{
    int w = -5, h = -5;
    mmm_get_size(mmm, &w, &h);
    EQUAL(width, w);
    EQUAL(height, h);
    EQUAL(width, mmm_get_width(mmm));
    EQUAL(height, mmm_get_height(mmm));
}

static void test_new(void)
{
    mmm_ticks();
    const long start = mmm_ticks();
    Mmm *mmm = client(-1, -1);
    CHECK(elapsed_ms(start) >= 120);
    check_size(mmm, 400, 300);
    SAME_TEXT("mmm", mmm_get_title(mmm));
    SAME_TEXT("", mmm_get_babl_format(mmm));
    EQUAL(4, mmm_get_bytes_per_pixel(mmm));
    EQUAL(4, ((int *)(void *)mmm)[0]);
    EQUAL(1600, ((int *)(void *)mmm)[1]);
    EQUAL(48000, mmm_pcm_get_sample_rate(mmm));
    EQUAL(MMM_s16S, mmm_pcm_get_format(mmm));
    EQUAL(getpid(), mmm_client_pid(mmm));
    CHECK(strstr(mmm_get_path(mmm), "/fb.") != NULL && strstr(mmm_get_path(mmm), getenv("MMM_PATH")) != NULL);
    int x, y, w, h;
    EQUAL(1, mmm_get_damage(mmm, &x, &y, &w, &h)); // one blank frame waits
    EQUAL(0, x);
    EQUAL(400, w);
    EQUAL(300, h);
    char *path = strdup(mmm_get_path(mmm));
    struct stat status;
    EQUAL(0, stat(path, &status));
    EQUAL(0600, status.st_mode & 0777);
    mmm_destroy(mmm);
    EQUAL(-1, stat(path, &status));
    free(path);
    mmm_destroy(NULL);
}

static void test_new_sizes(void)
{
    Mmm *mmm = client(0, 0);
    check_size(mmm, 0, 0);
    mmm_destroy(mmm);
    mmm = client(-1, 50);
    check_size(mmm, 400, 300);
    mmm_destroy(mmm);
    mmm = client(16384, 1);
    check_size(mmm, 16384, 1);
    mmm_destroy(mmm);
    CHECK(mmm_new(16385, 1, MMM_FLAG_DEFAULT, NULL) == NULL);
    EQUAL(EINVAL, errno);
    setenv("MMM_PATH", "/nowhere", 1);
    CHECK(mmm_new(10, 10, MMM_FLAG_DEFAULT, NULL) == NULL);
}

static void test_screen_size(void)
{
    Mmm *mmm = client(10, 10);
    int w, h;
    mmm_get_full_size(mmm, &w, &h);
    EQUAL(10, w);
    mmm_set_value(mmm, "host-width", "800");
    mmm_set_value(mmm, "host-height", "480");
    mmm_get_full_size(mmm, &w, &h);
    EQUAL(800, w);
    EQUAL(480, h);
    mmm_set_value(mmm, "host-height", "-7");
    mmm_get_full_size(mmm, &w, &h);
    EQUAL(10, h);
    mmm_destroy(mmm);
}

static void damage_after(Mmm *mmm, MmmRectangle report, MmmRectangle expected)
{
    MmmRectangle d;
    CHECK(mmm_get_buffer_write(mmm, NULL, NULL, NULL, NULL) != NULL);
    mmm_write_done(mmm, report.x, report.y, report.width, report.height);
    mmm_get_damage(mmm, &d.x, &d.y, &d.width, &d.height);
    EQUAL(expected.x, d.x);
    EQUAL(expected.y, d.y);
    EQUAL(expected.width, d.width);
    EQUAL(expected.height, d.height);
}

static void test_frames(void)
{
    Mmm *mmm = client(40, 30), *host = host_of(mmm);
    int w, h, stride;
    const unsigned char *seen = mmm_get_buffer_read(host, &w, &h, &stride);
    CHECK(seen != NULL && w == 40 && h == 30 && stride == 160);
    mmm_read_done(host);
    EQUAL(1, mmm_wait_neutral(mmm));
    EQUAL(0, mmm_get_damage(host, NULL, NULL, NULL, NULL));
    unsigned char *pixels = mmm_get_buffer_write(mmm, &w, &h, &stride, NULL);
    CHECK(pixels != NULL && w == 40 && h == 30 && stride == 160);
    const long start = mmm_ticks();
    CHECK(mmm_get_buffer_read(host, NULL, NULL, NULL) == NULL); // the client draws
    CHECK(elapsed_ms(start) >= 140);
    mmm_pset(mmm, pixels, 39, 29, 1, 2, 3, 4);
    mmm_pset_dither(mmm, pixels, 0, 0, 77);
    mmm_write_done(mmm, 39, 29, 1, 1);
    EQUAL(1, mmm_wait_neutral_or_wait_flip(host));
    seen = mmm_get_buffer_read(host, &w, &h, &stride);
    CHECK(seen[29 * 160 + 39 * 4] == 3 && seen[29 * 160 + 39 * 4 + 2] == 1 && seen[0] == 77 && seen[3] == 255);
    mmm_read_done(host);
    damage_after(mmm, (MmmRectangle){ 5, 6, 7, 8 }, (MmmRectangle){ 5, 6, 7, 8 });
    damage_after(mmm, (MmmRectangle){ 1, 10, 2, 30 }, (MmmRectangle){ 1, 6, 11, 34 }); // not taken: both
    mmm_get_buffer_write(mmm, NULL, NULL, NULL, NULL);
    mmm_write_done(mmm, 0, 0, 0, 0); // nothing: back to neutral, damage kept
    EQUAL(0, mmm_get_damage(mmm, NULL, NULL, &w, NULL));
    EQUAL(11, w);
    mmm_read_done(host);
    damage_after(mmm, (MmmRectangle){ 3, 3, 0, 5 }, (MmmRectangle){ 0, 0, 40, 30 });
    mmm_read_done(host);
    damage_after(mmm, (MmmRectangle){ 3, 3, 4, -5 }, (MmmRectangle){ 3, 3, 4, -5 });
    mmm_read_done(host);
    damage_after(mmm, (MmmRectangle){ -2147483647, 0, 1, 1 }, (MmmRectangle){ -2147483647, 0, 1, 1 });
    damage_after(mmm, (MmmRectangle){ 2147483647, 2147483647, 2147483647, 1 }, (MmmRectangle){ -2147483647, 0, 2147483647, 2147483647 });
    mmm_destroy(host);
    mmm_destroy(mmm);
}

static void test_sizes(void)
{
    Mmm *mmm = client(40, 30), *host = host_of(mmm);
    int w, h;
    const long start = mmm_ticks();
    mmm_set_size(mmm, 50, 20); // no host takes the blank frame
    CHECK(elapsed_ms(start) >= 140 && elapsed_ms(start) < 10000);
    check_size(mmm, 50, 20);
    EQUAL(200, ((int *)(void *)mmm)[1]);
    check_size(host, 40, 30);
    CHECK(mmm_get_buffer_read(host, &w, &h, NULL) == NULL); // once, with the old size
    EQUAL(40, w);
    CHECK(mmm_get_buffer_read(host, &w, &h, NULL) != NULL);
    EQUAL(50, w);
    mmm_read_done(host);
    mmm_host_set_size(host, 70, 60);
    mmm_host_get_size(host, &w, &h);
    EQUAL(70, w);
    mmm_get_buffer_write(mmm, NULL, NULL, NULL, NULL);
    mmm_read_done(host);
    EQUAL(0, mmm_client_check_size(mmm, &w, &h)); // not while it draws, whatever the state is
    mmm_write_done(mmm, 0, 0, 0, 0);
    EQUAL(1, mmm_client_check_size(mmm, &w, &h));
    EQUAL(70, w);
    EQUAL(0, mmm_client_check_size(mmm, &w, &h));
    EQUAL(1, mmm_host_check_size(host, &w, &h));
    EQUAL(60, h);
    EQUAL(0, mmm_host_check_size(host, &w, &h));
    memset(mmm_get_buffer_write(mmm, NULL, NULL, NULL, NULL), 0x55, 70 * 60 * 4);
    mmm_write_done(mmm, 0, 0, -1, -1);
    mmm_host_set_size(host, 71, 61);
    EQUAL(0, mmm_client_check_size(mmm, &w, &h)); // the frame is not taken
    mmm_read_done(host);
    mmm_host_set_size(host, 0, 5);
    EQUAL(0, mmm_client_check_size(mmm, &w, &h));
    mmm_host_set_size(host, 70000, 5);
    EQUAL(0, mmm_client_check_size(mmm, &w, &h));
    mmm_set_size(mmm, 70, 60); // the same: only the wish is taken back
    mmm_host_get_size(host, &w, &h);
    EQUAL(70, w);
    mmm_set_size(mmm, 0, 60);
    mmm_set_size(mmm, 60, 16385);
    check_size(mmm, 70, 60);
    check_size(NULL, 0, 0);
    mmm_destroy(host);
    mmm_destroy(mmm);
}

static void test_position(void)
{
    Mmm *mmm = client(10, 10), *host = host_of(mmm);
    EQUAL(0, mmm_get_x(mmm));
    mmm_set_x(mmm, -7);
    mmm_set_y(mmm, 2000000000);
    mmm_set_z(host, 3);
    EQUAL(-7, mmm_get_x(host));
    EQUAL(2000000000, mmm_get_y(host));
    EQUAL(3, mmm_get_z(mmm));
    mmm_destroy(host);
    mmm_destroy(mmm);
}

static void test_ticks(void)
{
    EQUAL(0, mmm_ticks());
    usleep(2000);
    CHECK(mmm_ticks() >= 2000);
}

static void test_reopen(void)
{
    Mmm *mmm = client(20, 10), *host = host_of(mmm);
    char *path = strdup(mmm_get_path(mmm));
    mmm_set_title(mmm, "kept");
    mmm_pcm_set_format(mmm, MMM_f32);
    mmm_pcm_set_sample_rate(mmm, 22050);
    memset(mmm_get_buffer_write(mmm, NULL, NULL, NULL, NULL), 0x77, 20 * 10 * 4);
    mmm_write_done(mmm, 0, 0, -1, -1);
    Mmm *again = mmm_client_reopen(path);
    CHECK(again != NULL);
    check_size(again, 20, 10);
    SAME_TEXT("kept", mmm_get_title(again));
    EQUAL(1, mmm_get_damage(again, NULL, NULL, NULL, NULL));
    EQUAL(MMM_f32, mmm_pcm_get_format(again));
    EQUAL(22050, mmm_pcm_get_sample_rate(again));
    EQUAL(0x77, mmm_get_buffer_write(again, NULL, NULL, NULL, NULL)[20 * 10 * 4 - 1]);
    mmm_destroy(host);
    EQUAL(0, access(path, F_OK)); // that was the side of a host
    mmm_destroy(again);
    EQUAL(-1, access(path, F_OK));
    CHECK(mmm_client_reopen(path) == NULL && mmm_client_reopen(NULL) == NULL);
    mmm_destroy(mmm);
    mmm = client(0, 0);
    errno = 0;
    CHECK(mmm_client_reopen(mmm_get_path(mmm)) == NULL); // it has no picture
    EQUAL(EAGAIN, errno);
    mmm_destroy(mmm);
    free(path);
}

static void test_wait(void)
{
    Mmm *mmm = client(20, 10), *host = host_of(mmm);
    CHECK(mmm_get_fd(mmm) >= 0);
    EQUAL(-1, mmm_get_fd(host));
    EQUAL(0, mmm_wait(mmm, 0));
    long start = mmm_ticks();
    EQUAL(0, mmm_wait(mmm, 50));
    CHECK(elapsed_ms(start) >= 49);
    mmm_read_done(host);
    EQUAL(1, mmm_wait(mmm, -1)); // the frame was taken
    EQUAL(0, mmm_wait(mmm, 10));
    mmm_add_event(host, "a");
    EQUAL(1, mmm_wait(mmm, -1));
    EQUAL(1, mmm_wait(mmm, -1)); // until it is read
    SAME_TEXT("a", mmm_get_event(mmm));
    mmm_host_set_size(host, 30, 30);
    EQUAL(1, mmm_wait(mmm, -1));
    EQUAL(0, mmm_wait(mmm, 10)); // a size is told once
    EQUAL(1, mmm_client_check_size(mmm, NULL, NULL));
    mmm_host_set_size(host, 31, 30);
    EQUAL(1, mmm_wait(mmm, -1));
    mmm_destroy(host);
    mmm_destroy(mmm);
}

// A host that was killed while it copied the frame: the client offers the frame again.
static void test_flipping(void)
{
    Mmm *mmm = client(20, 10), *host = host_of(mmm);
    CHECK(mmm_get_buffer_read(host, NULL, NULL, NULL) != NULL);
    EQUAL(0, mmm_get_damage(host, NULL, NULL, NULL, NULL));
    const long start = mmm_ticks();
    while (!mmm_get_damage(host, NULL, NULL, NULL, NULL))
        mmm_wait(mmm, 5);
    CHECK(elapsed_ms(start) >= 149);
    CHECK(mmm_get_buffer_read(host, NULL, NULL, NULL) != NULL);
    while (!mmm_get_damage(host, NULL, NULL, NULL, NULL))
        CHECK(!mmm_has_event(mmm)); // as a program that never sleeps in the library
    mmm_destroy(host);
    mmm_destroy(mmm);
}

static void on_signal(int signal) { (void)signal; }

static void test_signal(void)
{
    Mmm *mmm = client(20, 10);
    const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    EQUAL(0, sigaction(SIGALRM, &action, NULL));
    const struct itimerval often = { .it_value = { .tv_usec = 50000 }, .it_interval = { .tv_usec = 50000 } };
    setitimer(ITIMER_REAL, &often, NULL);
    EQUAL(1, mmm_wait(mmm, -1));
    mmm_destroy(mmm);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        { "new", test_new }, { "new-sizes", test_new_sizes }, { "screen-size", test_screen_size },
        { "frames", test_frames }, { "sizes", test_sizes },
        { "position", test_position }, { "ticks", test_ticks }, { "reopen", test_reopen }, { "wait", test_wait },
        { "flipping", test_flipping }, { "signal", test_signal },
    };
    return run_test(tests, sizeof tests / sizeof *tests, argc, argv);
}
