// The rings of events and messages. See docs/protocol.md section 5.
#include "internal.h"

#include <stdio.h>

static int next(int slot) { return (slot + 1) & (SLOTS - 1); }

// Reads both indices. The other side can write them: others than those of a slot are never used as addresses.
static bool indices(const Mmm *mmm, uint32_t ring, int *read, int *write)
{
    static _Atomic bool said;
    *read = load_index(mmm, ring);
    *write = load_index(mmm, ring_write_index(ring));
    if (*read >= 0 && *read < SLOTS && *write >= 0 && *write < SLOTS)
        return true;
    say_once(&said, "%s: a ring has the invalid indices %d and %d; it is not used", mmm->path, *read, *write);
    return false;
}

bool events_wait(const Mmm *mmm, uint32_t ring)
{
    int read, write;
    return indices(mmm, ring, &read, &write) && read != write;
}

static bool add(Mmm *mmm, uint32_t ring, const char *text, const char *what)
{
    static _Atomic bool said;
    int read, write;
    if (text == NULL || !indices(mmm, ring, &read, &write))
        return false;
    const int slot = next(write);
    if (slot == read) {
        say_once(&said, "%s: %d texts wait already; the %s \"%.40s\" and others are dropped", mmm->path, SLOTS - 1, what, text);
        return false;
    }
    text_set(mmm->head + ring_slot(ring, slot), SLOT_LENGTH, text, what);
    store_index(mmm, ring_write_index(ring), slot);
    return true;
}

static const char *take(Mmm *mmm, uint32_t ring)
{
    int read, write;
    if (!indices(mmm, ring, &read, &write) || read == write)
        return NULL;
    const int slot = next(read);
    char *text = mmm->texts[mmm->next_text++ % TEXT_COPIES];
    text_copy(text, mmm->head + ring_slot(ring, slot), SLOT_LENGTH);
    store_index(mmm, ring, slot);
    return text;
}

int mmm_has_event(Mmm *mmm)
{
    bell_tend(mmm);
    return events_wait(mmm, mmm->at->events_read);
}

const char *mmm_get_event(Mmm *mmm)
{
    bell_tend(mmm);
    return take(mmm, mmm->at->events_read);
}

void mmm_add_event(Mmm *mmm, const char *event) { add(mmm, mmm->at->events_read, event, "event"); }

int mmm_has_message(Mmm *mmm) { return events_wait(mmm, mmm->at->messages_read); }

const char *mmm_get_message(Mmm *mmm) { return take(mmm, mmm->at->messages_read); }

void mmm_add_message(Mmm *mmm, const char *message)
{
    if (add(mmm, mmm->at->messages_read, message, "message"))
        bell_ring(mmm);
}

void mmm_warp_cursor(Mmm *mmm, int x, int y)
{
    char message[SLOT_LENGTH];
    (void)snprintf(message, sizeof message, "warp-cursor %d %d", x, y);
    mmm_add_message(mmm, message);
}
