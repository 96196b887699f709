// A window manager that is a client itself: windows DIRECTORY. It shows the clients of the directory side by side, two of them, and gives
// each one the touches on its half. It looks for them every 10 ms.
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "mmm.h"

enum { MOST = 2 };

static Mmm *windows[MOST];

static void find(const char *directory, int width, int height)
{
    DIR *names = opendir(directory);
    CHECK(names != NULL);
    for (struct dirent *name; (name = readdir(names)) != NULL;) {
        char path[512];
        int place = -1;
        bool is_known = name->d_name[0] == '.';
        snprintf(path, sizeof path, "%s/%s", directory, name->d_name);
        for (int i = MOST - 1; i >= 0; i--) {
            if (windows[i] == NULL)
                place = i;
            else if (strcmp(mmm_get_path(windows[i]), path) == 0)
                is_known = true;
        }
        if (is_known || place < 0 || (windows[place] = mmm_host_open(path)) == NULL)
            continue; // one that is not complete yet is opened at a later look
        printf("%d is %s\n", place, mmm_get_title(windows[place]));
        mmm_host_set_size(windows[place], width / MOST, height);
    }
    closedir(names);
}

// Copies a frame that waits into the half of its client.
static void show(Mmm *mmm, int place)
{
    int width, height, stride, own_width, own_height, own_stride;
    if (!mmm_get_damage(windows[place], NULL, NULL, NULL, NULL))
        return;
    const unsigned char *from = mmm_get_buffer_read(windows[place], &width, &height, &stride);
    if (from == NULL)
        return;
    unsigned char *to = mmm_get_buffer_write(mmm, &own_width, &own_height, &own_stride, NULL);
    const int left = place * own_width / MOST, most = own_width / MOST;
    width = width < most ? width : most;
    height = height < own_height ? height : own_height;
    for (int y = 0; y < height; y++)
        memcpy(to + (size_t)y * (size_t)own_stride + (size_t)left * 4, from + (size_t)y * (size_t)stride, (size_t)width * 4);
    mmm_write_done(mmm, left, 0, width, height);
    mmm_read_done(windows[place]);
}

// Ends the window of a client that has ended.
static void tend(int place)
{
    if (windows[place] == NULL || kill((pid_t)mmm_client_pid(windows[place]), 0) == 0)
        return;
    printf("%d has ended\n", place);
    unlink(mmm_get_path(windows[place]));
    mmm_destroy(windows[place]);
    windows[place] = NULL;
}

static void pass_on(const char *event, int width)
{
    char name[64], own[128];
    int x, y;
    if (sscanf(event, "%63s %d %d", name, &x, &y) != 3 || x < 0 || x >= width)
        return;
    const int place = x * MOST / width;
    snprintf(own, sizeof own, "%s %d %d", name, x - place * width / MOST, y);
    if (windows[place] != NULL)
        mmm_add_event(windows[place], own);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    setvbuf(stdout, NULL, _IOLBF, 0);
    Mmm *mmm = mmm_new(-1, -1, MMM_FLAG_DEFAULT, NULL);
    CHECK(mmm != NULL);
    mmm_set_title(mmm, "windows");
    for (;;) {
        find(argv[1], mmm_get_width(mmm), mmm_get_height(mmm));
        for (int i = 0; i < MOST; i++) {
            tend(i);
            if (windows[i] != NULL)
                show(mmm, i);
        }
        for (const char *event; (event = mmm_get_event(mmm)) != NULL;)
            pass_on(event, mmm_get_width(mmm));
        mmm_wait(mmm, 10);
    }
}
