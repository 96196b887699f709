// What the test programs share: checks that end the program with the line that failed, and files of clients made by hand.
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

#define EQUAL(expected, actual) \
    do { \
        const long expected_ = (long)(expected), actual_ = (long)(actual); \
        if (expected_ != actual_) { \
            fprintf(stderr, "%s:%d: %s is %ld, not %ld\n", __FILE__, __LINE__, #actual, actual_, expected_); \
            exit(1); \
        } \
    } while (0)

#define SAME_TEXT(expected, actual) \
    do { \
        const char *expected_ = (expected), *actual_ = (actual); \
        if (actual_ == NULL || strcmp(expected_, actual_) != 0) { \
            fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #actual, actual_ ? actual_ : "(null)", expected_); \
            exit(1); \
        } \
    } while (0)

struct test {
    const char *name;
    void (*run)(void);
};

// Runs the test that the argument names; without an argument prints all names.
static inline int run_test(const struct test *tests, size_t count, int argc, char **argv)
{
    for (size_t i = 0; i < count; i++) {
        if (argc < 2)
            puts(tests[i].name);
        else if (strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            return 0;
        }
    }
    return argc < 2 ? 0 : 2;
}

// A text of this length: abcabc...
static inline char *text_of(char *to, size_t length)
{
    for (size_t i = 0; i < length; i++)
        to[i] = (char)('a' + i % 3);
    to[length] = '\0';
    return to;
}

#endif
