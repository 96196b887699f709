// libFuzzer: the input is what another process has written into the file of a client, as OFFSET (4 bytes), LENGTH (1 byte), BYTES; after
// each part both sides use the file.
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../src/LibMmm/layout.h"
#include "check.h"
#include "mmm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[512];

// A file of a client of 8 x 6 pixels, without the library, in one of the layouts.
static unsigned char *make(const struct layout *at, size_t *length)
{
    *length = at->first_pixel + 8 * 6 * 4 + 2;
    snprintf(path, sizeof path, "%s/fuzz", getenv("MMM_PATH"));
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)*length) == 0);
    unsigned char *file = mmap(NULL, *length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(file != MAP_FAILED);
    close(fd);
    const struct { uint32_t at; int value; } fields[] = {
        { FB_BLOCK_LENGTH, (int)at->fb_block_length }, { at->width, 8 }, { at->height, 6 }, { at->stride, 32 },
        { at->fb_offset, (int)at->first_pixel }, { at->flip_state, 1 }, { at->pcm_format, 3 }, { at->pcm_sample_rate, 48000 }, { PID, 1 },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        memcpy(file + fields[i].at, &fields[i].value, 4);
    return file;
}

static unsigned sum;

static void use_text(const char *text, size_t limit)
{
    if (text != NULL && strlen(text) >= limit)
        abort();
    sum += text != NULL;
}

static void use(Mmm *mmm, int is_host)
{
    int x, y, width, height, stride;
    int8_t sound[64 * 8] = { 0 };
    use_text(mmm_get_event(mmm), 128);
    use_text(mmm_get_message(mmm), 128);
    use_text(mmm_get_title(mmm), 256);
    use_text(mmm_get_babl_format(mmm), 1024);
    use_text(mmm_get_value(mmm, "v"), 64);
    mmm_set_value(mmm, "v", "1");
    mmm_add_event(mmm, "e");
    mmm_add_message(mmm, "m");
    sum += (unsigned)mmm_get_x(mmm) + (unsigned)mmm_get_y(mmm) + (unsigned)mmm_get_z(mmm);
    mmm_get_damage(mmm, &x, &y, &width, &height);
    mmm_get_full_size(mmm, &width, &height);
    sum += (unsigned)mmm_pcm_get_frame_chunk(mmm) + (unsigned)mmm_pcm_get_free_frames(mmm);
    mmm_pcm_queue(mmm, sound, 64);
    mmm_pcm_read(mmm, sound, 64);
    if (is_host) {
        mmm_host_check_size(mmm, &width, &height);
        mmm_host_get_size(mmm, &width, &height);
        const unsigned char *pixels = mmm_get_buffer_read(mmm, &width, &height, &stride);
        for (y = 0; pixels != NULL && y < height; y++)
            sum += pixels[(size_t)y * (size_t)stride] + pixels[(size_t)y * (size_t)stride + (size_t)width * 4 - 1];
        mmm_read_done(mmm);
        return;
    }
    mmm_host_get_size(mmm, &width, &height);
    if (width < 200 && height < 200)
        mmm_client_check_size(mmm, &width, &height);
    unsigned char *to = mmm_get_buffer_write(mmm, &width, &height, &stride, NULL);
    memset(to, 0x11, (size_t)stride * (size_t)height);
    mmm_write_done(mmm, 1, 1, 2, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct layout *at = data[0] & 1 ? &layout_arm32 : &layout_lp64;
    size_t length;
    unsigned char *file = make(at, &length);
    Mmm *host = mmm_host_open(path), *client = data[0] & 2 ? mmm_client_reopen(path) : NULL;
    for (size_t i = 1; i + 5 < size;) {
        uint32_t offset;
        memcpy(&offset, data + i, 4);
        offset %= (uint32_t)length;
        size_t count = data[i + 4] % 32u;
        i += 5;
        if (count > size - i)
            count = size - i;
        if (count > length - offset)
            count = length - offset;
        memcpy(file + offset, data + i, count);
        i += count;
        const int state = 1;
        memcpy(file + at->flip_state, &state, 4); // others are waited for 150 ms
        if (host != NULL)
            use(host, 1);
        if (client != NULL)
            use(client, 0);
    }
    mmm_destroy(host);
    mmm_destroy(client);
    unlink(path);
    munmap(file, length);
    return 0;
}
