// The keys of a keyboard of the USA: the names of their mmm events, their key codes, and what the Linux console has for them.
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

// The symbol of a key in the console's keymaps, with or without Shift; K_HOLE if it has none.
int keys_symbol(int code, bool shift);

#endif
