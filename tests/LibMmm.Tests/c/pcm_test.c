// Sound: the numbers of the original library, and random calls against a model.
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "../../../src/LibMmm/layout.h"
#include "clients.h"

static void test_formats(void)
{
    static const int bytes[] = { 4, 8, 2, 4 }, channels[] = { 1, 2, 1, 2 }, free_frames[] = { 8189, 4093, 16381, 8189 };
    Mmm *mmm = client(10, 10);
    for (int format = 0; format < 4; format++) {
        EQUAL(bytes[format], mmm_pcm_bytes_per_frame((MmmPCM)format));
        EQUAL(channels[format], mmm_pcm_channels((MmmPCM)format));
        mmm_pcm_set_format(mmm, (MmmPCM)format);
        EQUAL(format, mmm_pcm_get_format(mmm));
        EQUAL(1, mmm_pcm_get_queued_frames(mmm));
        EQUAL(free_frames[format], mmm_pcm_get_free_frames(mmm));
        EQUAL(1023, mmm_pcm_get_frame_chunk(mmm));
        int8_t *data = calloc(20000, 8);
        EQUAL(free_frames[format], mmm_pcm_queue(mmm, data, 20000));
        EQUAL(0, mmm_pcm_queue(mmm, data, 1));
        EQUAL(0, mmm_pcm_get_free_frames(mmm));
        EQUAL(-2, mmm_pcm_get_frame_chunk(mmm));
        free(data);
    }
    EQUAL(1, mmm_pcm_bytes_per_frame((MmmPCM)17));
    EQUAL(0, mmm_pcm_channels((MmmPCM)17));
    mmm_pcm_set_format(mmm, (MmmPCM)17);
    EQUAL(MMM_s16S, mmm_pcm_get_format(mmm));
    mmm_pcm_set_sample_rate(mmm, 44100);
    mmm_pcm_set_sample_rate(mmm, 7);
    mmm_pcm_set_sample_rate(mmm, -48000);
    EQUAL(44100, mmm_pcm_get_sample_rate(mmm));
    EQUAL(1, mmm_pcm_get_queued_frames(mmm));
    EQUAL(0, mmm_pcm_queue(mmm, NULL, 0));
    EQUAL(0, mmm_pcm_queue(mmm, NULL, -5));
    EQUAL(0, mmm_pcm_read(mmm, NULL, -5));
    mmm_destroy(mmm);
}

// The ring as a list of bytes, which no end of a ring can break.
struct model {
    int8_t bytes[32768];
    int length, frame, total;
};

static void reset(struct model *model, int format)
{
    model->frame = mmm_pcm_bytes_per_frame((MmmPCM)format);
    model->total = 32768 / model->frame;
    model->length = model->frame; // one frame of silence
    memset(model->bytes, 0, (size_t)model->frame);
}

static int smaller(int a, int b) { return a < b ? a : b; }

static void queue(Mmm *mmm, struct model *model, int frames, unsigned *number)
{
    static int8_t data[40000 * 8];
    for (int i = 0; i < frames * model->frame; i++)
        data[i] = (int8_t)(*number)++;
    const int expected = smaller(frames, model->total - model->length / model->frame - 2);
    EQUAL(expected, mmm_pcm_queue(mmm, data, frames));
    memcpy(model->bytes + model->length, data, (size_t)(expected * model->frame));
    model->length += expected * model->frame;
}

static void take(Mmm *host, struct model *model, int frames)
{
    static int8_t data[40000 * 8];
    const int expected = smaller(frames, model->length / model->frame), bytes = expected * model->frame;
    EQUAL(expected, mmm_pcm_read(host, data, frames));
    CHECK(memcmp(data, model->bytes, (size_t)bytes) == 0);
    memmove(model->bytes, model->bytes + bytes, (size_t)(model->length - bytes));
    model->length -= bytes;
}

static void test_model(void)
{
    static struct model model;
    Mmm *mmm = client(10, 10), *host = host_of(mmm);
    unsigned number = 0;
    srand(5);
    mmm_pcm_set_format(mmm, MMM_s16S);
    reset(&model, MMM_s16S);
    for (int i = 0; i < 5000; i++) {
        const int what = rand() % 1000, frames = rand() % (rand() % 8 == 0 ? 17000 : 700);
        if (what == 0) {
            const int format = rand() % 4;
            mmm_pcm_set_format(mmm, (MmmPCM)format);
            reset(&model, format);
        } else if (what < 500) {
            queue(mmm, &model, frames, &number);
        } else {
            take(host, &model, frames);
        }
        const int queued = model.length / model.frame, room = model.total - queued - 2;
        EQUAL(queued, mmm_pcm_get_queued_frames(mmm));
        EQUAL(queued, mmm_pcm_get_queued_frames(host));
        EQUAL(room, mmm_pcm_get_free_frames(mmm));
        EQUAL(smaller(queued > 1024 ? 0 : 1024 - queued, room - 2), mmm_pcm_get_frame_chunk(mmm));
    }
    mmm_destroy(host);
    mmm_destroy(mmm);
}

static atomic_int is_ending;

static void *change_formats(void *mmm)
{
    static int8_t sound[16000 * 2];
    for (int i = 0; !is_ending; i++) {
        mmm_pcm_set_format(mmm, i % 2 == 0 ? MMM_s16 : MMM_f32S); // with more and less frames in the ring than 16000
        CHECK(mmm_pcm_queue(mmm, sound, i % 2 == 0 ? 16000 : 100) > 0);
    }
    return NULL;
}

// The thread of the sound changes the format while the other one waits: nothing is said, and each sound is queued.
static void test_threads(void)
{
    char path[200];
    snprintf(path, sizeof path, "%s/.errors", getenv("MMM_PATH"));
    const int errors = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), screen = dup(STDERR_FILENO);
    Mmm *mmm = client(10, 10);
    pthread_t player;
    CHECK(errors >= 0 && dup2(errors, STDERR_FILENO) >= 0 && pthread_create(&player, NULL, change_formats, mmm) == 0);
    for (const long end = mmm_ticks() + 2000000; mmm_ticks() < end;)
        mmm_wait(mmm, 0);
    is_ending = 1;
    pthread_join(player, NULL);
    dup2(screen, STDERR_FILENO);
    EQUAL(0, lseek(errors, 0, SEEK_END));
    close(errors);
    unlink(path);
    mmm_destroy(mmm);
}

// A host that stores its index after the client has changed the format.
static void test_late_index(void)
{
    int8_t sound[100 * 8] = { 0 };
    const int late = 9000;
    Mmm *mmm = client(10, 10);
    mmm_pcm_set_format(mmm, MMM_f32S);
    const int file = open(mmm_get_path(mmm), O_RDWR | O_CLOEXEC);
    EQUAL(4, pwrite(file, &late, 4, layout_own()->pcm_read));
    EQUAL(100, mmm_pcm_queue(mmm, sound, 100));
    EQUAL(101, mmm_pcm_get_queued_frames(mmm));
    close(file);
    mmm_destroy(mmm);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        { "formats", test_formats }, { "model", test_model }, { "threads", test_threads }, { "late-index", test_late_index },
    };
    return run_test(tests, sizeof tests / sizeof *tests, argc, argv);
}
