#include "keys.h"

#include <linux/input-event-codes.h>
#include <linux/keyboard.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int code;
    const char *text;
    int symbol; // in the keymaps of the console
} s_named[] = {
    { "up", KEY_UP, "\033[A", K_UP },
    { "down", KEY_DOWN, "\033[B", K_DOWN },
    { "right", KEY_RIGHT, "\033[C", K_RIGHT },
    { "left", KEY_LEFT, "\033[D", K_LEFT },
    { "home", KEY_HOME, "\033[1~", K_FIND },
    { "insert", KEY_INSERT, "\033[2~", K_INSERT },
    { "delete", KEY_DELETE, "\033[3~", K_REMOVE },
    { "end", KEY_END, "\033[4~", K_SELECT },
    { "page-up", KEY_PAGEUP, "\033[5~", K_PGUP },
    { "page-down", KEY_PAGEDOWN, "\033[6~", K_PGDN },
    { "backspace", KEY_BACKSPACE, "\177", K(KT_LATIN, 127) },
    { "tab", KEY_TAB, "\t", K(KT_LATIN, '\t') },
    { "return", KEY_ENTER, "\r", K_ENTER },
    { "escape", KEY_ESC, "\033", K(KT_LATIN, 27) },
    { "space", KEY_SPACE, " ", K(KT_LATIN, ' ') },
    { "F1", KEY_F1, "\033[[A", K_F1 },
    { "F2", KEY_F2, "\033[[B", K_F2 },
    { "F3", KEY_F3, "\033[[C", K_F3 },
    { "F4", KEY_F4, "\033[[D", K_F4 },
    { "F5", KEY_F5, "\033[[E", K_F5 },
    { "F6", KEY_F6, "\033[17~", K_F6 },
    { "F7", KEY_F7, "\033[18~", K_F7 },
    { "F8", KEY_F8, "\033[19~", K_F8 },
    { "F9", KEY_F9, "\033[20~", K_F9 },
    { "F10", KEY_F10, "\033[21~", K_F10 },
    { "F11", KEY_F11, "\033[23~", K_F11 },
    { "F12", KEY_F12, "\033[24~", K_F12 },
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
        if (shifted != NULL)
            stroke->code = s_rows[i].first + (int)(shifted - s_rows[i].shifted);
        if (shifted != NULL)
            stroke->shift = true;
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
        const char character = shift ? s_rows[i].shifted[at] : s_rows[i].plain[at];
        const bool is_letter = (character | 0x20) >= 'a' && (character | 0x20) <= 'z';
        return K(is_letter ? KT_LETTER : KT_LATIN, character);
    }
    for (int i = 0; i < NAMES; i++) {
        if (s_named[i].code == code)
            return s_named[i].symbol;
    }
    return code == KEY_LEFTSHIFT ? K_SHIFT : code == KEY_LEFTCTRL ? K_CTRL : code == KEY_LEFTALT ? K_ALT : K_HOLE;
}
