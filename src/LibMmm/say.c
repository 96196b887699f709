// The lines that the library prints.
#include "internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void say(const char *format, ...)
{
    const int error = errno;
    char line[512] = "mmm: ";
    const size_t start = 5;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line + start, sizeof line - start - 1, format, arguments);
    va_end(arguments);
    if (length < 0)
        length = 0;
    size_t end = start + (size_t)length;
    if (end > sizeof line - 2)
        end = sizeof line - 2;
    for (size_t i = start; i < end; i++) {
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f) // a path or a host's reason could have control characters
            line[i] = '?';
    }
    line[end] = '\n';
    ssize_t written = write(STDERR_FILENO, line, end + 1);
    (void)written; // there is no other place to report to
    errno = error;
}
