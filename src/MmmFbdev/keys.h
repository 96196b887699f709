// The keys of a keyboard of the USA: the names of their mmm events, their key codes, and what the Linux console sends for them.
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>

enum { KEY_CODES = 128 };

struct keystroke {
    int code; // KEY_... of linux/input-event-codes.h; 0: no key types this
    bool shift, control, alt;
    char text[32]; // what the console sends; "" for nothing
};

// The keystroke of an mmm event, as in "control-a" and "shift-up".
struct keystroke keys_find(const char *event);

// The character that a key types, with or without Shift; 0 if it types none.
char keys_character(int code, bool shift);

#endif
