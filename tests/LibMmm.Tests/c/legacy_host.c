// A host that knows nothing of the bell, as those of the original project: legacy_host DIRECTORY SCREEN WIDTH HEIGHT FIFO.
// It looks every 10 ms, knows only the LP64 layout, rewrites all block headers of a file that it opens, sets fb_offset and stride,
// makes the file 2 bytes longer, and takes sound only by whole periods. It writes the picture of the last client into the file SCREEN and
// prints "client NAME", "frame NUMBER" (the first pixel), "message TEXT", "sound FRAMES" and "gone NAME". A line in the FIFO is an event
// for all clients; "size WIDTH HEIGHT" asks them for a size; "slow" makes it copy each frame for 400 ms.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 0x48c70, MOST = 16, PERIOD = 512 };

struct client {
    char name[64];
    unsigned char *map;
    size_t length;
    long sound;
    int is_shown; // its picture was taken once; until then it is also taken in the state neutral
} clients[MOST];

static const char *screen_file;
static int screen_width, screen_height, copy_ms;

static int32_t *i32(const struct client *c, size_t at) { return (int32_t *)(void *)(c->map + at); }

static volatile int32_t *state(const struct client *c) { return i32(c, 0x5c0); }

static int16_t *i16(const struct client *c, size_t at) { return (int16_t *)(void *)(c->map + at); }

static void header(const struct client *c, size_t at, const char *type, int length, int next)
{
    memcpy(c->map + at, type, 8);
    *i32(c, at + 8) = length;
    *i32(c, at + 12) = next;
}

static void set_value(const struct client *c, const char *name, int number)
{
    int32_t *count = i32(c, 0x48c58);
    for (int i = 0; i < *count; i++) {
        if (strcmp((char *)c->map + 0x48758 + 16 * i, name) == 0) {
            sprintf((char *)c->map + 0x48858 + 64 * i, "%d", number);
            return;
        }
    }
    sprintf((char *)c->map + 0x48758 + 16 * *count, "%s", name);
    sprintf((char *)c->map + 0x48858 + 64 * *count, "%d", number);
    ++*count;
}

static void map(struct client *c)
{
    struct stat status;
    int fd = open(c->name, O_RDWR);
    if (c->map != NULL)
        munmap(c->map, c->length);
    c->map = NULL;
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_size < HEAD) {
        close(fd);
        return;
    }
    c->length = (size_t)status.st_size;
    c->map = mmap(NULL, c->length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (*i32(c, 0x18) > 0) {
        close(fd);
        return;
    }
    munmap(c->map, c->length);
    c->map = NULL;
    close(fd);
}

static void open_client(const char *name)
{
    struct client *c = NULL;
    for (int i = 0; i < MOST; i++) {
        if (clients[i].map != NULL && strcmp(clients[i].name, name) == 0)
            return;
        if (clients[i].map == NULL)
            c = &clients[i];
    }
    snprintf(c->name, sizeof c->name, "%.63s", name);
    c->sound = 0;
    c->is_shown = 0;
    map(c);
    if (c->map == NULL)
        return;
    if (truncate(name, (off_t)c->length + 2) != 0)
        return;
    header(c, 0, "MMM \xe2\x96\x91 ", 0xa0, 0xa0);
    header(c, 0xa0, "FB      ", 0x5d0, 0x670);
    header(c, 0x670, "EVENTS  ", 0x20038, 0x206a8);
    header(c, 0x206a8, "MESSAGES", 0x20038, 0x406e0);
    header(c, 0x406e0, "PCM     ", 0x8068, 0x48748);
    header(c, 0x48748, "VALUES  ", 0x518, 0x48c60);
    header(c, 0x48c60, "FBDATA  ", 0, 0);
    *i32(c, 0x5bc) = HEAD;
    *i32(c, 0x5b8) = *i32(c, 0x5b0) * 4;
    set_value(c, "host-width", screen_width);
    set_value(c, "host-height", screen_height);
    printf("client %s\n", name);
}

static void take_frame(struct client *c)
{
    const int width = *i32(c, 0x5b0), height = *i32(c, 0x5b4);
    const size_t bytes = (size_t)width * (size_t)height * 4;
    if (*state(c) != 3 && (c->is_shown || *state(c) != 1))
        return;
    c->is_shown = 1;
    *state(c) = 4;
    if (HEAD + bytes > c->length)
        map(c);
    if (c->map != NULL && HEAD + bytes <= c->length) {
        char temporary[512];
        snprintf(temporary, sizeof temporary, "%.400s.new", screen_file);
        FILE *file = fopen(temporary, "wb");
        fwrite(c->map + HEAD, 1, bytes, file);
        fclose(file);
        rename(temporary, screen_file);
        if (bytes > 0)
            printf("frame %d\n", *i32(c, HEAD) & 0xffffff);
    }
    usleep((useconds_t)copy_ms * 1000);
    memset(c->map + 0x5e0, 0, 16);
    *state(c) = 1;
}

static void take_sound(struct client *c)
{
    const int bytes = (int[]){ 4, 8, 2, 4 }[*i32(c, 0x406f0) & 3], total = 32768 / bytes;
    const int queued = (*i32(c, 0x40704) - *i32(c, 0x40700) + total) % total;
    if (queued < PERIOD)
        return;
    *i32(c, 0x40700) = (*i32(c, 0x40700) + PERIOD) % total;
    c->sound += PERIOD;
    printf("sound %ld\n", c->sound);
}

static void take_messages(struct client *c)
{
    while (*i16(c, 0x206b8) != *i16(c, 0x206ba)) {
        const int slot = (*i16(c, 0x206b8) + 1) % 1024;
        *i16(c, 0x206b8) = (int16_t)slot;
        printf("message %s\n", (char *)c->map + 0x206dc + 128 * slot);
    }
}

static void tell(const char *line)
{
    int width, height;
    if (strcmp(line, "slow") == 0) {
        copy_ms = 400;
        return;
    }
    const int is_size = sscanf(line, "size %d %d", &width, &height) == 2;
    for (struct client *c = clients; c < clients + MOST; c++) {
        if (c->map == NULL)
            continue;
        if (is_size) {
            *i32(c, 0x5d8) = width;
            *i32(c, 0x5dc) = height;
            continue;
        }
        const int slot = (*i16(c, 0x682) + 1) % 1024;
        snprintf((char *)c->map + 0x6a4 + 128 * slot, 128, "%.127s", line);
        *i16(c, 0x682) = (int16_t)slot;
    }
}

static void serve(struct client *c)
{
    struct stat status;
    if (kill(*i32(c, 0x18), 0) != 0 || stat(c->name, &status) != 0) {
        munmap(c->map, c->length);
        c->map = NULL;
        unlink(c->name);
        printf("gone %s\n", c->name);
        return;
    }
    take_frame(c);
    if (c->map == NULL)
        return;
    take_messages(c);
    take_sound(c);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (chdir(argv[1]) != 0)
        return 3;
    screen_file = argv[2];
    screen_width = atoi(argv[3]);
    screen_height = atoi(argv[4]);
    mkfifo(argv[5], 0600);
    const int fifo = open(argv[5], O_RDWR);
    if (fifo < 0)
        return 3;
    puts("ready");
    for (;;) {
        DIR *names = opendir(".");
        for (struct dirent *name; (name = readdir(names)) != NULL;) {
            if (name->d_name[0] != '.')
                open_client(name->d_name);
        }
        closedir(names);
        for (int i = 0; i < MOST; i++) {
            if (clients[i].map != NULL)
                serve(&clients[i]);
        }
        struct pollfd input = { .fd = fifo, .events = POLLIN };
        char lines[256];
        if (poll(&input, 1, 10) > 0) {
            const ssize_t length = read(fifo, lines, sizeof lines - 1);
            lines[length < 0 ? 0 : length] = '\0';
            for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n"))
                tell(line);
        }
    }
}
