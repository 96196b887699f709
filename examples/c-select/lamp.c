// A lamp that a touch, or a line on standard input, turns on and off. It sleeps in select() until there is something to do.
//   cc -o lamp lamp.c $(pkg-config --cflags --libs mmm) && mmm ./lamp
#include <mmm.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

static volatile sig_atomic_t is_ending;

static void end(int signal) { is_ending = signal; }

static void draw(Mmm *mmm, int is_lit)
{
    int width, height, stride;
    unsigned char *pixels = mmm_get_buffer_write(mmm, &width, &height, &stride, NULL);
    for (int y = 0; y < height; y++) {
        uint32_t *row = (uint32_t *)(void *)(pixels + (size_t)y * (size_t)stride);
        for (int x = 0; x < width; x++)
            row[x] = is_lit ? 0xffffc030 : 0xff203040;
    }
    mmm_write_done(mmm, 0, 0, width, height);
}

int main(void)
{
    Mmm *mmm = mmm_new(-1, -1, MMM_FLAG_DEFAULT, NULL); // the whole screen
    if (mmm == NULL)
        return 1; // the library has said why
    mmm_set_title(mmm, "lamp");
    signal(SIGTERM, end);
    int is_lit = 0, has_input = 1;
    draw(mmm, is_lit);
    while (!is_ending) {
        const int client = mmm_get_fd(mmm);
        fd_set ready;
        FD_ZERO(&ready);
        FD_SET(client, &ready);
        if (has_input)
            FD_SET(STDIN_FILENO, &ready);
        if (select(client + 1, &ready, NULL, NULL, NULL) < 0)
            continue;
        int has_changed = 0;
        if (has_input && FD_ISSET(STDIN_FILENO, &ready)) {
            char line[256];
            has_changed = has_input = read(STDIN_FILENO, line, sizeof line) > 0;
            is_lit ^= has_changed;
        }
        mmm_wait(mmm, 0); // takes what has made the descriptor readable
        has_changed |= mmm_client_check_size(mmm, NULL, NULL);
        for (const char *event; (event = mmm_get_event(mmm)) != NULL;) {
            if (strncmp(event, "mouse-press ", 12) == 0) {
                is_lit = !is_lit;
                has_changed = 1;
            }
        }
        if (has_changed)
            draw(mmm, is_lit);
    }
    mmm_destroy(mmm);
    return 0;
}
