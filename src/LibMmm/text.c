// Texts in fields of a fixed length.
#include "internal.h"

#include <string.h>

// True for the second and further bytes of a character.
static bool is_inner(char byte) { return ((unsigned char)byte & 0xC0) == 0x80; }

// The length of the longest part of the text that fits with a NUL and ends between two characters.
static size_t fit(const char *text, size_t length)
{
    size_t end = strnlen(text, length);
    if (end < length)
        return end;
    end = length - 1;
    const size_t least = end < 3 ? 0 : end - 3; // a character has at most 4 bytes; a text of other bytes is not UTF-8
    while (end > least && is_inner(text[end]))
        end--;
    return is_inner(text[end]) ? length - 1 : end;
}

void text_set(unsigned char *field, size_t length, const char *text, const char *what)
{
    static _Atomic bool said;
    const size_t end = fit(text, length);
    if (text[end] != '\0')
        say_once(&said, "%s \"%.40s...\" is longer than %zu bytes and is cut", what, text, length - 1);
    memcpy(field, text, end);
    memset(field + end, 0, length - end);
}

void text_copy(char *to, const unsigned char *field, size_t length)
{
    memcpy(to, field, length);
    atomic_signal_fence(memory_order_seq_cst); // from here on only the copy is looked at
    to[length - 1] = '\0';
}
