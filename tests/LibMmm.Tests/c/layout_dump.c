// Prints every offset of both layouts: LAYOUT FIELD NUMBER.
#include <stdio.h>

#include "../../../src/LibMmm/layout.h"

static void print(const char *name, const struct layout *at)
{
#define FIELD(field) printf("%s %s %u\n", name, #field, (unsigned)at->field)
    FIELD(babl_format_length); FIELD(fb_block_length);
    FIELD(width); FIELD(height); FIELD(stride); FIELD(fb_offset); FIELD(flip_state); FIELD(x); FIELD(y);
    FIELD(desired_width); FIELD(desired_height); FIELD(damage); FIELD(z);
    FIELD(events_block); FIELD(events_read); FIELD(messages_block); FIELD(messages_read);
    FIELD(pcm_block); FIELD(pcm_format); FIELD(pcm_sample_rate); FIELD(pcm_host_format); FIELD(pcm_host_sample_rate);
    FIELD(pcm_read); FIELD(pcm_write); FIELD(pcm_buffer);
    FIELD(values_block); FIELD(value_names); FIELD(value_texts); FIELD(value_count); FIELD(fb_data); FIELD(first_pixel);
#define NUMBER(field) printf("%s %s %u\n", name, #field, (unsigned)(field))
    NUMBER(PID); NUMBER(FB_BLOCK); NUMBER(FB_BLOCK_LENGTH); NUMBER(TITLE); NUMBER(TITLE_LENGTH); NUMBER(BABL_FORMAT);
    NUMBER(SLOTS); NUMBER(SLOT_LENGTH); NUMBER(RING_BLOCK_LENGTH); NUMBER(PCM_BUFFER_LENGTH); NUMBER(MAX_VALUES);
    NUMBER(VALUE_NAME_LENGTH); NUMBER(VALUE_TEXT_LENGTH);
    printf("%s events_write %u\n", name, (unsigned)ring_write_index(at->events_read));
    printf("%s messages_slot_7 %u\n", name, (unsigned)ring_slot(at->messages_read, 7));
}

int main(void)
{
    print("LP64", &layout_lp64);
    print("ARM32", &layout_arm32);
    printf("own %s %u\n", layout_own() == &layout_lp64 ? "LP64" : "ARM32", (unsigned)sizeof(void *));
    return layout_of(0) == &layout_lp64 && layout_of(0x5d0) == &layout_lp64 && layout_of(0x3d0) == &layout_arm32 && layout_of(0x3cc) == NULL
        ? 0 : 1;
}
