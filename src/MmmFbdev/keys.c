#include "keys.h"

#include <linux/input-event-codes.h>
#include <linux/keyboard.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int code, symbol; // the symbol of the console's keymaps
    const char *text;
} s_named[] = {
    { "up", KEY_UP, K_UP, "\033[A" },
    { "down", KEY_DOWN, K_DOWN, "\033[B" },
    { "right", KEY_RIGHT, K_RIGHT, "\033[C" },
    { "left", KEY_LEFT, K_LEFT, "\033[D" },
    { "home", KEY_HOME, K_FIND, "\033[1~" },
    { "insert", KEY_INSERT, K_INSERT, "\033[2~" },
    { "delete", KEY_DELETE, K_REMOVE, "\033[3~" },
    { "end", KEY_END, K_SELECT, "\033[4~" },
    { "page-up", KEY_PAGEUP, K_PGUP, "\033[5~" },
    { "page-down", KEY_PAGEDOWN, K_PGDN, "\033[6~" },
    { "backspace", KEY_BACKSPACE, K(KT_LATIN, 127), "\177" },
    { "tab", KEY_TAB, K(KT_LATIN, '\t'), "\t" },
    { "return", KEY_ENTER, K_ENTER, "\r" },
    { "escape", KEY_ESC, K(KT_LATIN, 27), "\033" },
    { "space", KEY_SPACE, K(KT_LATIN, ' '), " " },
    { "F1", KEY_F1, K_F1, "\033[[A" },
    { "F2", KEY_F2, K_F2, "\033[[B" },
    { "F3", KEY_F3, K_F3, "\033[[C" },
    { "F4", KEY_F4, K_F4, "\033[[D" },
    { "F5", KEY_F5, K_F5, "\033[[E" },
    { "F6", KEY_F6, K_F6, "\033[17~" },
    { "F7", KEY_F7, K_F7, "\033[18~" },
    { "F8", KEY_F8, K_F8, "\033[19~" },
    { "F9", KEY_F9, K_F9, "\033[20~" },
    { "F10", KEY_F10, K_F10, "\033[21~" },
    { "F11", KEY_F11, K_F11, "\033[23~" },
    { "F12", KEY_F12, K_F12, "\033[24~" },
};

// The characters of neighbouring codes, without and with Shift.
static const struct {
    int first;
    const char *plain, *shifted;
} s_rows[] = {
    { KEY_1, "1234567890-=", "!@#$%^&*()_+" },
    { KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}" },
    { KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~" },
    { KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?" },
};

enum { ROWS = sizeof s_rows / sizeof s_rows[0], NAMES = sizeof s_named / sizeof s_named[0] };

static bool skip(const char **event, const char *prefix)
{
    const size_t length = strlen(prefix);
    if (strncmp(*event, prefix, length) != 0 || (*event)[length] == '\0')
        return false;
    *event += length;
    return true;
}

static void find_character(struct keystroke *stroke, char character)
{
    for (int i = 0; i < ROWS; i++) {
        const char *plain = strchr(s_rows[i].plain, character), *shifted = strchr(s_rows[i].shifted, character);
        if (plain != NULL)
            stroke->code = s_rows[i].first + (int)(plain - s_rows[i].plain);
        if (shifted != NULL) {
            stroke->code = s_rows[i].first + (int)(shifted - s_rows[i].shifted);
            stroke->shift = true;
        }
    }
}

// A key that types text has its text as its name.
static bool is_text(const char *name)
{
    const unsigned char first = (unsigned char)name[0];
    const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return first > ' ' && strlen(name) == length;
}

struct keystroke keys_find(const char *event)
{
    struct keystroke stroke = { .control = skip(&event, "control-") };
    stroke.alt = skip(&event, "alt-");
    stroke.shift = skip(&event, "shift-");
    const char *text = "";
    char changed[2] = "";
    for (int i = 0; i < NAMES; i++) {
        if (strcmp(event, s_named[i].name) == 0) {
            stroke.code = s_named[i].code;
            text = s_named[i].text;
        }
    }
    if (is_text(event)) {
        text = event;
        if ((unsigned char)event[0] < 0x80)
            find_character(&stroke, event[0]);
        if (stroke.control && event[0] >= '@' && event[0] < 0x7f) {
            changed[0] = (char)(event[0] & 0x1f);
            text = changed;
        }
    }
    snprintf(stroke.text, sizeof stroke.text, "%s%s", stroke.alt && text[0] != '\0' ? "\033" : "", text);
    return stroke;
}

int keys_symbol(int code, bool shift)
{
    for (int i = 0; i < ROWS; i++) {
        const int at = code - s_rows[i].first;
        if (at < 0 || at >= (int)strlen(s_rows[i].plain))
            continue;
        const int character = shift ? s_rows[i].shifted[at] : s_rows[i].plain[at];
        const bool is_letter = (character | 0x20) >= 'a' && (character | 0x20) <= 'z';
        return K(is_letter ? KT_LETTER : KT_LATIN, character);
    }
    for (int i = 0; i < NAMES; i++) {
        if (s_named[i].code == code)
            return s_named[i].symbol;
    }
    return code == KEY_LEFTSHIFT ? K_SHIFT : code == KEY_LEFTCTRL ? K_CTRL : code == KEY_LEFTALT ? K_ALT : K_HOLE;
}
