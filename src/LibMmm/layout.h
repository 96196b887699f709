// The offset of every field of a client's file. See docs/protocol.md section 2.
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdint.h>

#include "names.h"

enum {
    PID = 0x18,
    FB_BLOCK = 0xa0,
    FB_BLOCK_LENGTH = FB_BLOCK + 8,
    TITLE = 0xb0,
    TITLE_LENGTH = 256,
    BABL_FORMAT = 0x1b0,
    MAX_BABL_FORMAT_LENGTH = 1024,
    SLOTS = 1024,
    SLOT_LENGTH = 128,
    RING_BLOCK_LENGTH = 16 + 36 + SLOTS * SLOT_LENGTH + 4,
    PCM_BUFFER_LENGTH = 32768,
    PCM_BLOCK_LENGTH = 104 + PCM_BUFFER_LENGTH,
    MAX_VALUES = 16,
    VALUE_NAME_LENGTH = 16,
    VALUE_TEXT_LENGTH = 64,
    VALUES_BLOCK_LENGTH = 16 + MAX_VALUES * (VALUE_NAME_LENGTH + VALUE_TEXT_LENGTH) + 8,
    MAX_SIDE = 16384,
};

enum flip_state { INITIALIZING = 0, NEUTRAL = 1, DRAWING = 2, WAIT_FLIP = 3, FLIPPING = 4 };

// What differs between programs of 64 bits (LP64) and of 32 bits (ARM32): the length of babl_format, and so all offsets behind it.
struct layout {
    uint32_t babl_format_length, fb_block_length;
    uint32_t width, height, stride, fb_offset, flip_state, x, y, desired_width, desired_height, damage, z;
    uint32_t events_block, events_read, messages_block, messages_read;
    uint32_t pcm_block, pcm_format, pcm_sample_rate, pcm_host_format, pcm_host_sample_rate, pcm_read, pcm_write, pcm_buffer;
    uint32_t values_block, value_names, value_texts, value_count, fb_data, first_pixel;
};

extern const struct layout layout_lp64, layout_arm32;

// The layout of this program's own clients.
const struct layout *layout_own(void);

// The layout whose FB block has this length; 0 is a client without block headers, which uses LP64. NULL if there is none.
const struct layout *layout_of(uint32_t fb_block_length);

// A ring has the indices read and write, and its slots.
static inline uint32_t ring_write_index(uint32_t read_index) { return read_index + 2; }
static inline uint32_t ring_slot(uint32_t read_index, int slot) { return read_index + 36 + (uint32_t)slot * SLOT_LENGTH; }

#endif
