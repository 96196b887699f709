// Texts: the title, values, events and messages. The other side is a second object in the same process.
#include <fcntl.h>
#include <unistd.h>

#include "../../../src/LibMmm/layout.h"
#include "clients.h"

static void test_texts(void)
{
    Mmm *mmm = client(10, 10);
    char text[600], expected[600];
    for (size_t length = 250; length <= 500; length += 5) {
        mmm_set_title(mmm, text_of(text, length));
        text_of(expected, length > 255 ? 255 : length);
        SAME_TEXT(expected, mmm_get_title(mmm));
        SAME_TEXT("", mmm_get_babl_format(mmm));
    }
    mmm_set_title(mmm, "short");
    SAME_TEXT("short", mmm_get_value(mmm, "title"));
    text_of(text, 254);
    strcat(text, "\xc3\xa5"); // does not fit: is cut before it, not in it
    mmm_set_value(mmm, "title", text);
    SAME_TEXT(text_of(expected, 254), mmm_get_title(mmm));
    memset(text, 0x80, sizeof text - 1); // not UTF-8: is cut, not dropped
    text[sizeof text - 1] = '\0';
    mmm_set_title(mmm, text);
    EQUAL(255, strlen(mmm_get_title(mmm)));
    text_of(text, 252);
    strcat(text, "\xf0\x9f\x92\xa1"); // one character
    mmm_set_title(mmm, text);
    SAME_TEXT(text_of(expected, 252), mmm_get_title(mmm));
    mmm_set_title(mmm, NULL);
    SAME_TEXT("", mmm_get_title(mmm));
    mmm_destroy(mmm);
}

static void test_values(void)
{
    Mmm *mmm = client(10, 10), *host = host_of(mmm);
    char key[20], text[200], expected[200];
    for (int i = 0; i < 17; i++) {
        snprintf(key, sizeof key, "key%d", i);
        text_of(text, 50 + (size_t)i * 8);
        mmm_set_value(mmm, key, text);
    }
    for (int i = 0; i < 17; i++) {
        snprintf(key, sizeof key, "key%d", i);
        const size_t length = 50 + (size_t)i * 8;
        text_of(expected, length > 63 ? 63 : length);
        if (i < 14)
            SAME_TEXT(expected, mmm_get_value(host, key));
        else
            CHECK(mmm_get_value(host, key) == NULL);
    }
    mmm_set_value(host, "key3", "new");
    SAME_TEXT("new", mmm_get_value(mmm, "key3"));
    mmm_set_value(mmm, "a-name-of-16-byte", "x");
    mmm_set_value(mmm, "key4", NULL);
    mmm_set_value(mmm, NULL, "x");
    SAME_TEXT("", mmm_get_value(mmm, "key4"));
    CHECK(mmm_get_value(mmm, "a-name-of-16-byte") == NULL && mmm_get_value(mmm, "unknown") == NULL && mmm_get_value(mmm, NULL) == NULL);
    EQUAL(-1, mmm_ask(mmm, "scroll"));
    mmm_destroy(host);
    mmm_destroy(mmm);
    mmm = client(10, 10);
    EQUAL(0, mmm_ask(mmm, "scroll focus"));
    SAME_TEXT("scroll focus", mmm_get_value(mmm, "events"));
    EQUAL(0, mmm_ask(mmm, NULL));
    SAME_TEXT("", mmm_get_value(mmm, "events"));
    mmm_destroy(mmm);
}

// Writes and reads through the end of the ring, fills it, and passes texts of all lengths.
static void pass_texts(Mmm *from, Mmm *to, void (*add)(Mmm *, const char *), int (*has)(Mmm *), const char *(*get)(Mmm *))
{
    char text[600], expected[600];
    CHECK(get(to) == NULL && !has(to));
    for (int i = 0; i < 3000; i++) {
        snprintf(text, sizeof text, "text %d", i);
        add(from, text);
        if (i % 7 != 0)
            continue;
        while (has(to)) {
            const char *got = get(to);
            CHECK(got != NULL && strncmp(got, "text ", 5) == 0);
        }
    }
    while (get(to) != NULL)
        continue;
    for (int i = 0; i < 1030; i++) {
        snprintf(text, sizeof text, "full %d", i);
        add(from, text);
    }
    for (int i = 0; i < 1023; i++) {
        snprintf(expected, sizeof expected, "full %d", i);
        SAME_TEXT(expected, get(to));
    }
    CHECK(get(to) == NULL);
    static const size_t lengths[] = { 0, 1, 126, 127, 128, 129, 500 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        add(from, text_of(text, lengths[i]));
        add(from, "next");
        SAME_TEXT(text_of(expected, lengths[i] > 127 ? 127 : lengths[i]), get(to));
        SAME_TEXT("next", get(to));
    }
    add(from, NULL);
    CHECK(!has(to));
    add(from, "first");
    const char *first = get(to);
    for (int i = 0; i < 15; i++) {
        add(from, "later");
        get(to);
    }
    SAME_TEXT("first", first);
}

// Texts that another process has written without a NUL.
static void test_endless_texts(void)
{
    static char endless[RING_BLOCK_LENGTH];
    memset(endless, 'x', sizeof endless);
    Mmm *mmm = client(10, 10);
    const struct layout *at = layout_own();
    const int fd = open(mmm_get_path(mmm), O_RDWR), one = 1;
    CHECK(fd >= 0);
    mmm_set_value(mmm, "v", "w");
    EQUAL(TITLE_LENGTH + at->babl_format_length, pwrite(fd, endless, TITLE_LENGTH + at->babl_format_length, TITLE));
    EQUAL(VALUE_TEXT_LENGTH * MAX_VALUES, pwrite(fd, endless, VALUE_TEXT_LENGTH * MAX_VALUES, at->value_texts));
    EQUAL(SLOT_LENGTH * 20, pwrite(fd, endless, SLOT_LENGTH * 20, ring_slot(at->events_read, 0)));
    EQUAL(2, pwrite(fd, &one, 2, ring_write_index(at->events_read)));
    EQUAL(TITLE_LENGTH - 1, strlen(mmm_get_title(mmm)));
    EQUAL(at->babl_format_length - 1, strlen(mmm_get_babl_format(mmm)));
    EQUAL(VALUE_TEXT_LENGTH - 1, strlen(mmm_get_value(mmm, "v")));
    EQUAL(SLOT_LENGTH - 1, strlen(mmm_get_event(mmm)));
    close(fd);
    mmm_destroy(mmm);
}

static void test_events(void)
{
    Mmm *mmm = client(10, 10), *host = host_of(mmm);
    pass_texts(host, mmm, mmm_add_event, mmm_has_event, mmm_get_event);
    pass_texts(mmm, host, mmm_add_message, mmm_has_message, mmm_get_message);
    mmm_warp_cursor(mmm, 12, -5);
    SAME_TEXT("warp-cursor 12 -5", mmm_get_message(host));
    mmm_destroy(host);
    mmm_destroy(mmm);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        { "texts", test_texts }, { "values", test_values }, { "events", test_events }, { "endless-texts", test_endless_texts },
    };
    return run_test(tests, sizeof tests / sizeof *tests, argc, argv);
}
