// A client that a test controls: app MODE [WIDTH HEIGHT]. It prints "ready PATH SIZE", then "event TEXT" and "size SIZE".
//   idle     sleeps in mmm_wait and draws its frame again for each event
//   old      as a program for the original library: looks every 5 ms and never sleeps in the library
//   draw     draws frames without end: the first pixel is the number of the frame. SIGUSR1 stops after a frame ("paused N"), and goes on.
//   sound    as draw, and plays sound in a second thread
// The event "q" ends it.
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "check.h"
#include "mmm.h"

static volatile sig_atomic_t is_paused, is_ending;

static void on_signal(int signal)
{
    (void)signal;
    is_paused = !is_paused;
}

// All pixels have one colour; the first one has the number of the frame.
static void draw(Mmm *mmm, unsigned number)
{
    int width, height, stride;
    unsigned char *pixels = mmm_get_buffer_write(mmm, &width, &height, &stride, NULL);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            memcpy(pixels + (size_t)y * (size_t)stride + (size_t)x * 4, "\xc0\x80\x40\xff", 4); // 0x4080c0
    }
    const uint32_t first = 0xff000000U | number;
    memcpy(pixels, &first, sizeof first);
    mmm_write_done(mmm, 0, 0, width, height);
}

static void take_events(Mmm *mmm, unsigned *number)
{
    int width, height;
    if (mmm_client_check_size(mmm, &width, &height)) {
        printf("size %dx%d\n", width, height);
        draw(mmm, ++*number);
    }
    for (const char *event; (event = mmm_get_event(mmm)) != NULL;) {
        printf("event %s\n", event);
        if (strcmp(event, "q") == 0)
            is_ending = 1;
        else
            draw(mmm, ++*number);
    }
}

static void run_idle(Mmm *mmm)
{
    unsigned number = 1;
    draw(mmm, number);
    while (!is_ending) {
        mmm_wait(mmm, -1);
        take_events(mmm, &number);
    }
}

static void run_old(Mmm *mmm)
{
    unsigned number = 1;
    draw(mmm, number);
    while (!is_ending) {
        take_events(mmm, &number);
        usleep(5000);
    }
}

static void run_draw(Mmm *mmm)
{
    unsigned number = 0;
    for (bool was_paused = false, pauses; !is_ending; was_paused = pauses) {
        pauses = is_paused;
        if (!pauses)
            draw(mmm, ++number & 0xffffff);
        else if (!was_paused)
            printf("paused %u\n", number);
        for (const char *event; (event = mmm_get_event(mmm)) != NULL;)
            is_ending = is_ending || strcmp(event, "q") == 0;
        mmm_wait(mmm, 5);
    }
}

static void *play(void *mmm)
{
    static const int16_t chunk[1024 * 2] = { [0 ... 2047] = 8000 };
    while (!is_ending) {
        const int frames = mmm_pcm_get_frame_chunk(mmm);
        if (frames > 0)
            mmm_pcm_queue(mmm, (const int8_t *)chunk, frames);
        usleep(5000);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    CHECK(argc >= 2);
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGUSR1, &action, NULL);
    Mmm *mmm = mmm_new(argc > 3 ? atoi(argv[2]) : -1, argc > 3 ? atoi(argv[3]) : -1, MMM_FLAG_DEFAULT, NULL);
    if (mmm == NULL)
        return 3;
    mmm_set_title(mmm, argv[1]);
    printf("ready %s %dx%d\n", mmm_get_path(mmm), mmm_get_width(mmm), mmm_get_height(mmm));
    const bool sounds = strcmp(argv[1], "sound") == 0;
    pthread_t player;
    if (sounds)
        CHECK(pthread_create(&player, NULL, play, mmm) == 0);
    if (strcmp(argv[1], "idle") == 0)
        run_idle(mmm);
    else if (strcmp(argv[1], "old") == 0)
        run_old(mmm);
    else
        run_draw(mmm);
    if (sounds)
        pthread_join(player, NULL);
    mmm_destroy(mmm);
    return 0;
}
