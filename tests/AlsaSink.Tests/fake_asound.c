/* A libasound of one card with three controls, for CardVolumeTests and FbHost.Tests' CardTests. $FAKE_CARD is a folder: file plugged holds
   a number while the card is there, another one after it was plugged in again, 100 for a card without controls; what is set is a line in
   file done, what is played is in file played. While there is a file hang, the mixer does not answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENODEV 19
#define BUFFER 960
#define PERIOD 240

struct element { const char *name; unsigned index; long min, max, min_db, max_db, step_db; int has_volume, has_switch; long volume, on; };
static struct element elements[] = {
    { "Master", 0, 0, 87, -6525, 0, 1, 1, 1, 0, 0 },
    { "Mic Boost", 0, 0, 3, 0, 0, 1, 0, 0, 0, 0 },
    { "Beep", 0, 0, 200, 0, 0, 1, 1, 0, 0, 0 },
    { "Amplified", 0, 0, 100, -5200, 2400, 100, 1, 0, 0, 0 },
    { "Short", 0, 0, 27, -2800, -100, 100, 1, 0, 0, 0 },
    { "Headphone", 0, 0, 10, 0, 0, 1, 1, 0, 0, 0 },
    { "Headphone", 1, 0, 20, 0, 0, 1, 1, 0, 0, 0 },
};
#define ELEMENTS (sizeof elements / sizeof elements[0])
static int opened, mixer_card, pcm_card;

static FILE *file(const char *name, const char *mode)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("FAKE_CARD"), name);
    return fopen(path, mode);
}

static int plugged(void)
{
    int number = 0;
    FILE *f = file("plugged", "r");
    if (f && fscanf(f, "%d", &number) != 1)
        number = 0;
    if (f)
        fclose(f);
    return number;
}

static void say(const char *what, long value)
{
    FILE *done = file("done", "a");
    fprintf(done, "%s %ld\n", what, value);
    fclose(done);
}

/* As libasound: what it believes to be so already is not written, also when the card is gone. */
static int set(const char *what, long *believed, long value)
{
    for (FILE *hang; (hang = file("hang", "r")); usleep(10000))
        fclose(hang);
    if (mixer_card != plugged())
        return *believed == value ? 0 : -ENODEV;
    *believed = value;
    say(what, value);
    return 0;
}

int snd_mixer_open(void **mixer, int mode) { *mixer = &opened; opened++; return mode; }
int snd_mixer_attach(void *mixer, const char *name)
{
    (void)mixer;
    mixer_card = plugged();
    return !mixer_card ? -ENODEV : strcmp(name, "hw:7") ? 0 : -2;
}
int snd_mixer_selem_register(void *mixer, void *options, void **class) { (void)mixer; (void)options; (void)class; return 0; }
int snd_mixer_load(void *mixer) { (void)mixer; return 0; }
int snd_mixer_close(void *mixer) { (void)mixer; opened--; say("open", opened); return 0; }
int snd_mixer_handle_events(void *mixer) { (void)mixer; return mixer_card == plugged() ? 0 : -ENODEV; }
void *snd_mixer_first_elem(void *mixer) { (void)mixer; return mixer_card == 100 ? NULL : elements; }
void *snd_mixer_elem_next(struct element *e) { return e + 1 < elements + ELEMENTS ? e + 1 : NULL; }
const char *snd_mixer_selem_get_name(struct element *e) { return e->name; }
unsigned snd_mixer_selem_get_index(struct element *e) { return e->index; }
int snd_mixer_selem_has_playback_volume(struct element *e) { return e->has_volume; }
int snd_mixer_selem_has_playback_switch(struct element *e) { return e->has_switch; }
int snd_mixer_selem_get_playback_volume_range(struct element *e, long *min, long *max) { *min = e->min; *max = e->max; return 0; }
int snd_mixer_selem_get_playback_dB_range(struct element *e, long *min, long *max)
{
    *min = e->min_db;
    *max = e->max_db;
    return e->max_db > e->min_db ? 0 : -22;
}
int snd_mixer_selem_set_playback_volume_all(struct element *e, long value) { return set(e->name, &e->volume, value); }
/* The steps are counted from the least value; dir 1 is the next one above, as the host sets it. */
int snd_mixer_selem_set_playback_dB_all(struct element *e, long value, int dir)
{
    long steps = (value - e->min_db + (dir > 0 ? e->step_db - 1 : 0)) / e->step_db;
    return set(e->name, &e->volume, e->min_db + steps * e->step_db);
}
int snd_mixer_selem_get_playback_dB(struct element *e, int channel, long *value) { (void)channel; *value = e->volume; return 0; }
int snd_mixer_selem_set_playback_switch_all(struct element *e, int value) { return set("switch", &e->on, value); }
const char *snd_strerror(int error) { return error == -2 ? "No such file or directory" : error == -ENODEV ? "No such device" : "?"; }
void *snd_lib_error_set_local(void *handler) { (void)handler; return NULL; }

/* The card takes all formats, so it is given the best one, and any amount at once. If file periods has a number, the card allows that many
   periods of any length. */
static unsigned long period = PERIOD, buffer = BUFFER;
static unsigned long periods(void)
{
    unsigned long number = 0;
    FILE *f = file("periods", "r");
    if (f && fscanf(f, "%lu", &number) != 1)
        number = 0;
    if (f)
        fclose(f);
    return number;
}
static int gone(void) { return pcm_card == plugged() ? 0 : -ENODEV; }
int snd_pcm_open(void **pcm, const char *name, int stream, int mode)
{
    (void)name; (void)stream; (void)mode;
    *pcm = &pcm_card;
    pcm_card = plugged();
    return pcm_card ? 0 : -ENODEV;
}
int snd_pcm_close(void *pcm) { (void)pcm; return 0; }
int snd_pcm_hw_params_malloc(void **p) { *p = &opened; return 0; }
void snd_pcm_hw_params_free(void *p) { (void)p; }
int snd_pcm_hw_params_any(void *pcm, void *p) { (void)pcm; (void)p; return 0; }
int snd_pcm_hw_params_set_access(void *pcm, void *p, int access) { (void)pcm; (void)p; (void)access; return 0; }
int snd_pcm_hw_params_test_format(void *pcm, void *p, int format) { (void)pcm; (void)p; (void)format; return 0; }
int snd_pcm_hw_params_set_format(void *pcm, void *p, int format) { (void)pcm; (void)p; (void)format; return 0; }
int snd_pcm_hw_params_set_channels_near(void *pcm, void *p, unsigned *n) { (void)pcm; (void)p; *n = 2; return 0; }
int snd_pcm_hw_params_set_rate(void *pcm, void *p, unsigned rate, int dir) { (void)pcm; (void)p; (void)rate; (void)dir; return 0; }
int snd_pcm_hw_params_set_period_size_near(void *pcm, void *p, unsigned long *n, int *dir)
{
    (void)pcm; (void)p; (void)dir;
    *n = period = periods() ? *n : PERIOD;
    return 0;
}
int snd_pcm_hw_params_set_buffer_size_near(void *pcm, void *p, unsigned long *n)
{
    (void)pcm; (void)p;
    *n = buffer = periods() ? periods() * period : BUFFER;
    return 0;
}
int snd_pcm_hw_params(void *pcm, void *p) { (void)pcm; (void)p; return 0; }
int snd_pcm_get_params(void *pcm, unsigned long *b, unsigned long *p) { (void)pcm; *b = buffer; *p = period; return 0; }
int snd_pcm_sw_params_malloc(void **p) { *p = &opened; return 0; }
void snd_pcm_sw_params_free(void *p) { (void)p; }
int snd_pcm_sw_params_current(void *pcm, void *p) { (void)pcm; (void)p; return 0; }
int snd_pcm_sw_params_set_start_threshold(void *pcm, void *p, unsigned long n) { (void)pcm; (void)p; (void)n; return 0; }
int snd_pcm_sw_params_set_avail_min(void *pcm, void *p, unsigned long n) { (void)pcm; (void)p; (void)n; return 0; }
int snd_pcm_sw_params(void *pcm, void *p) { (void)pcm; (void)p; return 0; }
int snd_pcm_nonblock(void *pcm, int mode) { (void)pcm; (void)mode; return 0; }
long snd_pcm_avail_update(void *pcm) { (void)pcm; return gone() < 0 ? -ENODEV : (long)buffer; }
int snd_pcm_wait(void *pcm, int ms) { (void)pcm; (void)ms; return 1; }
long snd_pcm_writei(void *pcm, const void *frames, unsigned long n)
{
    (void)pcm;
    if (gone() < 0)
        return -ENODEV;
    FILE *played = file("played", "a");
    fwrite(frames, 8, n, played); /* S32, stereo */
    fclose(played);
    return (long)n;
}
int snd_pcm_prepare(void *pcm) { (void)pcm; return gone(); }
int snd_pcm_resume(void *pcm) { (void)pcm; return gone(); }
int snd_pcm_drop(void *pcm) { (void)pcm; return 0; }
int snd_pcm_drain(void *pcm) { (void)pcm; return 0; }
int snd_pcm_info_malloc(void **info) { (void)info; return -ENODEV; }
void snd_pcm_info_free(void *info) { (void)info; }
int snd_pcm_info(void *pcm, void *info) { (void)pcm; (void)info; return -ENODEV; }
int snd_pcm_info_get_card(void *info) { (void)info; return -1; }
