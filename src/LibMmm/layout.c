#include "layout.h"

#include <stddef.h>

#define WIDTH(babl) (BABL_FORMAT + (babl))
#define EVENTS_BLOCK(fb) (FB_BLOCK + (fb))
#define MESSAGES_BLOCK(fb) (EVENTS_BLOCK(fb) + RING_BLOCK_LENGTH)
#define PCM_BLOCK(fb) (MESSAGES_BLOCK(fb) + RING_BLOCK_LENGTH)
#define VALUES_BLOCK(fb) (PCM_BLOCK(fb) + PCM_BLOCK_LENGTH)
#define VALUE_TEXTS(fb) (VALUES_BLOCK(fb) + 16 + MAX_VALUES * VALUE_NAME_LENGTH)
#define FB_DATA(fb) (VALUES_BLOCK(fb) + VALUES_BLOCK_LENGTH)

#define LAYOUT(babl, fb) \
    { \
        .babl_format_length = (babl), .fb_block_length = (fb), \
        .width = WIDTH(babl), .height = WIDTH(babl) + 4, .stride = WIDTH(babl) + 8, .fb_offset = WIDTH(babl) + 12, \
        .flip_state = WIDTH(babl) + 16, .x = WIDTH(babl) + 24, .y = WIDTH(babl) + 32, \
        .desired_width = WIDTH(babl) + 40, .desired_height = WIDTH(babl) + 44, .damage = WIDTH(babl) + 48, .z = WIDTH(babl) + 64, \
        .events_block = EVENTS_BLOCK(fb), .events_read = EVENTS_BLOCK(fb) + 16, \
        .messages_block = MESSAGES_BLOCK(fb), .messages_read = MESSAGES_BLOCK(fb) + 16, \
        .pcm_block = PCM_BLOCK(fb), .pcm_format = PCM_BLOCK(fb) + 16, .pcm_sample_rate = PCM_BLOCK(fb) + 20, \
        .pcm_host_format = PCM_BLOCK(fb) + 24, .pcm_host_sample_rate = PCM_BLOCK(fb) + 28, \
        .pcm_read = PCM_BLOCK(fb) + 32, .pcm_write = PCM_BLOCK(fb) + 36, .pcm_buffer = PCM_BLOCK(fb) + 104, \
        .values_block = VALUES_BLOCK(fb), .value_names = VALUES_BLOCK(fb) + 16, .value_texts = VALUE_TEXTS(fb), \
        .value_count = VALUE_TEXTS(fb) + MAX_VALUES * VALUE_TEXT_LENGTH, \
        .fb_data = FB_DATA(fb), .first_pixel = FB_DATA(fb) + 16, \
    }

const struct layout layout_lp64 = LAYOUT(1024, 0x5d0);
const struct layout layout_arm32 = LAYOUT(512, 0x3d0);

const struct layout *layout_own(void) { return sizeof(void *) == 8 ? &layout_lp64 : &layout_arm32; }

const struct layout *layout_of(uint32_t fb_block_length)
{
    if (fb_block_length == 0 || fb_block_length == layout_lp64.fb_block_length)
        return &layout_lp64;
    return fb_block_length == layout_arm32.fb_block_length ? &layout_arm32 : NULL;
}
