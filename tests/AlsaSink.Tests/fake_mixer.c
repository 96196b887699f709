/* A libasound of one card with three controls, for CardVolumeTests: what is set is printed into the file $FAKE_MIXER_LOG names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct element { const char *name; long min, max, min_db, max_db; int has_volume, has_switch; };
static struct element elements[] = {
    { "Master", 0, 87, -6525, 0, 1, 1 },
    { "Mic Boost", 0, 3, 0, 0, 0, 0 },
    { "Beep", 0, 200, 0, 0, 1, 0 },
};
static int opened;

static void say(const char *what, long value)
{
    FILE *log = fopen(getenv("FAKE_MIXER_LOG"), "a");
    fprintf(log, "%s %ld\n", what, value);
    fclose(log);
}

int snd_mixer_open(void **mixer, int mode) { *mixer = &opened; opened++; return mode; }
int snd_mixer_attach(void *mixer, const char *name) { (void)mixer; return strcmp(name, "hw:7") ? 0 : -2; }
int snd_mixer_selem_register(void *mixer, void *options, void **class) { (void)mixer; (void)options; (void)class; return 0; }
int snd_mixer_load(void *mixer) { (void)mixer; return 0; }
int snd_mixer_close(void *mixer) { (void)mixer; opened--; say("open", opened); return 0; }
int snd_mixer_handle_events(void *mixer) { (void)mixer; return 0; }
void *snd_mixer_first_elem(void *mixer) { (void)mixer; return elements; }
void *snd_mixer_elem_next(struct element *e) { return e + 1 < elements + 3 ? e + 1 : NULL; }
const char *snd_mixer_selem_get_name(struct element *e) { return e->name; }
int snd_mixer_selem_has_playback_volume(struct element *e) { return e->has_volume; }
int snd_mixer_selem_has_playback_switch(struct element *e) { return e->has_switch; }
int snd_mixer_selem_get_playback_volume_range(struct element *e, long *min, long *max) { *min = e->min; *max = e->max; return 0; }
int snd_mixer_selem_get_playback_dB_range(struct element *e, long *min, long *max)
{
    *min = e->min_db;
    *max = e->max_db;
    return e->max_db > e->min_db ? 0 : -22;
}
int snd_mixer_selem_set_playback_volume_all(struct element *e, long value) { say(e->name, value); return 0; }
int snd_mixer_selem_set_playback_dB_all(struct element *e, long value, int dir) { (void)dir; say(e->name, value); return 0; }
int snd_mixer_selem_set_playback_switch_all(struct element *e, int value) { (void)e; say("switch", value); return 0; }
const char *snd_strerror(int error) { return error == -2 ? "No such file or directory" : "?"; }
