// A client that calls every function without end while another process overwrites its file: victim. SIGTERM ends it.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"
#include "mmm.h"

static volatile sig_atomic_t is_ending;

static void on_signal(int signal) { is_ending = signal; }

static void *play(void *mmm)
{
    int8_t data[4096] = { 0 };
    while (!is_ending) {
        const int frame = mmm_pcm_bytes_per_frame(mmm_pcm_get_format(mmm));
        mmm_pcm_queue(mmm, data, (int)sizeof data / frame);
        mmm_pcm_get_frame_chunk(mmm);
        mmm_pcm_read(mmm, data, (int)sizeof data / frame);
        if (rand() % 100 == 0)
            mmm_pcm_set_format(mmm, (MmmPCM)(rand() % 4));
    }
    return NULL;
}

static void use_texts(Mmm *mmm)
{
    const char *text = mmm_get_event(mmm);
    CHECK(text == NULL || strlen(text) < 128);
    text = mmm_get_message(mmm);
    CHECK(text == NULL || strlen(text) < 128);
    CHECK(strlen(mmm_get_title(mmm)) < 256 && strlen(mmm_get_babl_format(mmm)) < 1024);
    text = mmm_get_value(mmm, "host-width");
    CHECK(text == NULL || strlen(text) < 64);
    mmm_set_value(mmm, "x", "y");
    mmm_set_title(mmm, "t");
    mmm_add_event(mmm, "e");
    mmm_add_message(mmm, "m");
    mmm_get_full_size(mmm, NULL, NULL);
    mmm_set_x(mmm, mmm_get_x(mmm));
    mmm_set_y(mmm, mmm_get_z(mmm));
}

int main(void)
{
    signal(SIGTERM, on_signal);
    Mmm *mmm = mmm_new(60, 40, MMM_FLAG_DEFAULT, NULL);
    CHECK(mmm != NULL);
    printf("ready %s\n", mmm_get_path(mmm));
    fflush(stdout);
    pthread_t player;
    CHECK(pthread_create(&player, NULL, play, mmm) == 0);
    long rounds = 0;
    for (; !is_ending; rounds++) {
        int width, height, stride;
        if (rounds % 64 == 0) {
            mmm_client_check_size(mmm, NULL, NULL);
            if (mmm_get_width(mmm) > 500 || mmm_get_height(mmm) > 500)
                mmm_set_size(mmm, 60, 40); // a size that is asked for may be large, and takes time
            unsigned char *pixels = mmm_get_buffer_write(mmm, &width, &height, &stride, NULL);
            memset(pixels, 0xff, (size_t)stride * (size_t)height);
            mmm_write_done(mmm, rand() % 100, rand() % 100, rand() % 100 - 5, rand() % 100 - 5);
        }
        use_texts(mmm);
        mmm_wait(mmm, 0);
    }
    pthread_join(player, NULL);
    mmm_destroy(mmm);
    printf("rounds %ld\n", rounds);
    return 0;
}
