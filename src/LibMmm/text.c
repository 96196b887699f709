// Texts in fields of a fixed length.
#include "internal.h"

#include <string.h>

// The length of the longest part of the text that fits with a NUL and ends between two characters.
static size_t fit(const char *text, size_t length)
{
    size_t end = strnlen(text, length);
    if (end < length)
        return end;
    end = length - 1;
    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    return end;
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
