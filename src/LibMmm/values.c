// The values, the title and the name of the pixel format. See docs/protocol.md section 8.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

enum { USABLE_VALUES = MAX_VALUES - 2 }; // the original library refuses a new one at this count

static int count(const Mmm *mmm)
{
    const int stored = load(mmm, mmm->at->value_count);
    return stored < 0 ? 0 : stored > MAX_VALUES ? MAX_VALUES : stored;
}

static int find(const Mmm *mmm, const char *key)
{
    char name[VALUE_NAME_LENGTH];
    for (int i = count(mmm) - 1; i >= 0; i--) {
        text_copy(name, mmm->head + mmm->at->value_names + (size_t)i * VALUE_NAME_LENGTH, sizeof name);
        if (strcmp(name, key) == 0)
            return i;
    }
    return -1;
}

static unsigned char *text_of(const Mmm *mmm, int value) { return mmm->head + mmm->at->value_texts + (size_t)value * VALUE_TEXT_LENGTH; }

int values_set(Mmm *mmm, const char *key, const char *value)
{
    static _Atomic bool said;
    if (strcmp(key, "title") == 0) {
        mmm_set_title(mmm, value);
        return 0;
    }
    if (strlen(key) >= VALUE_NAME_LENGTH) {
        say("the value \"%.40s\" cannot be set: its name is longer than %d bytes", key, VALUE_NAME_LENGTH - 1);
        return -1;
    }
    const int known = find(mmm, key), used = count(mmm), at = known >= 0 ? known : used;
    if (at >= USABLE_VALUES && known < 0) {
        say_once(&said, "too many values: \"%s\" and others cannot be set; a client has at most %d", key, USABLE_VALUES);
        return -1;
    }
    text_set(text_of(mmm, at), VALUE_TEXT_LENGTH, value, "value");
    if (known < 0) {
        text_set(mmm->head + mmm->at->value_names + (size_t)at * VALUE_NAME_LENGTH, VALUE_NAME_LENGTH, key, "name");
        store(mmm, mmm->at->value_count, used + 1);
    }
    bell_ring(mmm);
    return 0;
}

void mmm_set_value(Mmm *mmm, const char *key, const char *value)
{
    if (key != NULL)
        values_set(mmm, key, value == NULL ? "" : value);
}

int mmm_ask(Mmm *mmm, const char *kinds) { return values_set(mmm, "events", kinds == NULL ? "" : kinds); }

const char *mmm_get_value(Mmm *mmm, const char *key)
{
    if (key == NULL)
        return NULL;
    if (strcmp(key, "title") == 0)
        return mmm_get_title(mmm);
    const int at = find(mmm, key);
    if (at < 0)
        return NULL;
    text_copy(mmm->values[at], text_of(mmm, at), VALUE_TEXT_LENGTH);
    return mmm->values[at];
}

void mmm_set_title(Mmm *mmm, const char *title)
{
    text_set(mmm->head + TITLE, TITLE_LENGTH, title == NULL ? "" : title, "title");
    bell_ring(mmm);
}

const char *mmm_get_title(Mmm *mmm)
{
    text_copy(mmm->title, mmm->head + TITLE, TITLE_LENGTH);
    return mmm->title;
}

const char *mmm_get_babl_format(Mmm *mmm)
{
    text_copy(mmm->babl_format, mmm->head + BABL_FORMAT, mmm->at->babl_format_length);
    return mmm->babl_format;
}

static int side(const Mmm *mmm, const char *key)
{
    char text[VALUE_TEXT_LENGTH];
    const int at = find(mmm, key);
    if (at < 0)
        return 0;
    text_copy(text, text_of(mmm, at), sizeof text);
    const long number = strtol(text, NULL, 10);
    return number < 0 || number > MAX_SIDE ? 0 : (int)number;
}

bool values_screen_size(Mmm *mmm, int *width, int *height)
{
    *width = side(mmm, "host-width");
    *height = side(mmm, "host-height");
    return size_is_valid(*width, *height) && *width == side(mmm, "host-width"); // else the host is changing both
}
